import { render } from "preact";
import { Landing } from "./landing";
import "./landing.css";

render(<Landing />, document.getElementById("app") as HTMLElement);
