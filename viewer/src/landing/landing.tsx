/** The front door: what this is, and a field for the spoken code. */

import { useState } from "preact/hooks";
import { groupSpokenCode, readSpokenCode } from "../signaling/secret";
import type { IconName } from "../ui/icon-nodes";
import { Icon } from "../ui/pieces";

const PROMISES: [IconName, string, string][] = [
  ["eye", "Only who is let in", "The person who shares allows each viewer, sees who watches, and can stop at any moment."],
  ["mouse-pointer-2", "Help hands on", "With permission you point and type there, for as long as they like."],
  ["lock", "Direct and encrypted", "Picture and input travel between the two computers; nothing is kept on the way."],
];

export function Landing() {
  return (
    <div class="landing">
      <header>
        <span class="mark" aria-hidden="true">
          <Icon name="monitor-up" />
        </span>
        Screenshare
      </header>
      <main>
        <h1>See a screen. Lend a hand.</h1>
        <p class="lead">Somebody shares a screen with you? Type the code that they read to you, or open their link.</p>
        <CodeForm />
        <ul class="promises">
          {PROMISES.map(([icon, title, text]) => (
            <li key={title}>
              <Icon name={icon} />
              <div>
                <h2>{title}</h2>
                <p>{text}</p>
              </div>
            </li>
          ))}
        </ul>
      </main>
      <footer>
        To share your own screen, run <code>screenshare host</code> on your computer.
      </footer>
    </div>
  );
}

function CodeForm() {
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const read = readSpokenCode(code);
    if (read.ok) location.assign(`/j/${read.room}#c=${read.digits}`);
    else setProblem(read.problem);
  };
  const type = (field: HTMLInputElement): void => {
    // Grouping while somebody edits in the middle would throw the caret about.
    const isAtEnd = field.selectionStart === field.value.length;
    setCode(isAtEnd && /^[\d\s]*$/.test(field.value) ? groupSpokenCode(field.value) : field.value);
    setProblem("");
  };
  return (
    <form class="code-form card" onSubmit={submit} noValidate>
      <label for="code">Spoken code</label>
      <div>
        <input
          id="code"
          class="field mono"
          inputMode="numeric"
          autocomplete="off"
          autofocus
          placeholder="482 913 0571"
          maxLength={24}
          value={code}
          aria-invalid={problem !== ""}
          aria-describedby="problem"
          onInput={(event) => type(event.currentTarget)}
        />
        <button type="submit" class="button primary">
          Connect
          <Icon name="arrow-right" />
        </button>
      </div>
      <p id="problem" class="problem" role="alert">
        {problem}
      </p>
    </form>
  );
}
