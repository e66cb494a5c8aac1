import { render } from "preact";
import { ConsolePage } from "./page";
import { Console } from "./store";
import "./console.css";

// The token leaves the address bar and the history before anything else happens.
const token = new URLSearchParams(location.hash.slice(1)).get("t");
history.replaceState(null, "", location.pathname);

const hostConsole = new Console();
render(<ConsolePage console={hostConsole} />, document.getElementById("app") as HTMLElement);
hostConsole.start(token);
