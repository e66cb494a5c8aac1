/** The front door: what this is, and a field for the spoken code. */

import { useState } from "preact/hooks";
import { groupSpokenCode, readSpokenCode, type SpokenCodeProblem } from "../signaling/secret";
import type { Words } from "../words/en";
import { words } from "../words/language";
import type { IconName } from "../ui/icon-nodes";
import { Computers } from "./computers";
import { Icon, LanguageChoice, Sentence } from "../ui/pieces";

const PROMISES: [IconName, keyof Words["landing"]["promises"]][] = [
  ["eye", "letIn"],
  ["mouse-pointer-2", "handsOn"],
  ["lock", "direct"],
];

export function Landing() {
  const said = words().landing;
  return (
    <div class="landing">
      <header>
        <span class="mark" aria-hidden="true">
          <Icon name="monitor-up" />
        </span>
        Screenshare
      </header>
      <main>
        <h1>{said.title}</h1>
        <p class="lead">{said.lead}</p>
        <CodeForm />
        <Computers />
        <ul class="promises">
          {PROMISES.map(([icon, promise]) => (
            <li key={promise}>
              <Icon name={icon} />
              <div>
                <h2>{said.promises[promise].title}</h2>
                <p>{said.promises[promise].text}</p>
              </div>
            </li>
          ))}
        </ul>
      </main>
      <footer>
        <p>
          <Sentence text={said.toShare} />
        </p>
        <LanguageChoice />
      </footer>
    </div>
  );
}

function CodeForm() {
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<SpokenCodeProblem | null>(null);
  const said = words().landing;
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
    setProblem(null);
  };
  return (
    <form class="code-form card" onSubmit={submit} noValidate>
      <label for="code">{said.spokenCode}</label>
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
          aria-invalid={problem !== null}
          aria-describedby="problem"
          onInput={(event) => type(event.currentTarget)}
        />
        <button type="submit" class="button primary">
          {said.connect}
          <Icon name="arrow-right" />
        </button>
      </div>
      <p id="problem" class="problem" role="alert">
        {problem && problemWords(problem)}
      </p>
    </form>
  );
}

function problemWords(problem: SpokenCodeProblem): string {
  const said = words().landing;
  switch (problem.kind) {
    case "empty":
      return said.codeEmpty;
    case "not-digits":
      return said.codeNotDigits;
    case "length":
      return said.codeLength(problem.count);
  }
}
