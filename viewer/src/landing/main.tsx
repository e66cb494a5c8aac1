import { render } from "preact";
import { startLanguage } from "../words/language";
import { Landing } from "./landing";
import "./landing.css";

startLanguage();
render(<Landing />, document.getElementById("app") as HTMLElement);
