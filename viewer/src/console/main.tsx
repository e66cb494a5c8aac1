import { render } from "preact";
import { startLanguage } from "../words/language";
import { ConsolePage } from "./page";
import { Console } from "./store";
import "./console.css";

// The token leaves the address bar and the history before anything else happens.
const token = new URLSearchParams(location.hash.slice(1)).get("t");
history.replaceState(null, "", location.pathname);

startLanguage();
const hostConsole = new Console();
render(<ConsolePage console={hostConsole} />, document.getElementById("app") as HTMLElement);
hostConsole.start(token);
