/** The way in at a host's address: its password, and whether this browser shall come without it next time. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { View } from "../session/machine";
import { canKeepKeys } from "../trust/keeping";
import { words } from "../words/language";
import { Sentence, useSeconds } from "./pieces";
import { StateCard } from "./state-card";
import type { Viewer } from "./viewer";
import { duration } from "./words";

interface SignInProps {
  viewer: Viewer;
  view: View;
}

export function SignInCard({ viewer, view }: SignInProps) {
  const said = words().signIn;
  return (
    <StateCard icon="lock" title={said.title(view.host || viewer.store.knownName.value)}>
      <p>{said.lead}</p>
      <PasswordForm viewer={viewer} view={view} />
    </StateCard>
  );
}

function PasswordForm({ viewer, view }: SignInProps) {
  const now = useSeconds();
  const began = useRef(now);
  const field = useRef<HTMLInputElement>(null);
  const [isEmpty, setEmpty] = useState(false);
  const [isShown, setShown] = useState(false);
  const [remembers, setRemembers] = useState(false);
  const said = words().signIn;
  useEffect(() => field.current?.focus(), []);
  const wait_s = Math.ceil((view.signIn?.wait_s ?? 0) - (now - began.current));
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = field.current?.value ?? "";
    if (text === "") {
      setEmpty(true);
      field.current?.focus();
    } else viewer.conductor.signInBy({ kind: "password", text, remembers });
  };
  return (
    <form class="sign-in" onSubmit={submit} noValidate>
      <label for="password">{said.password}</label>
      <input
        ref={field}
        id="password"
        class="field"
        {...(isShown ? { type: "text" } : { type: "password" })}
        autocomplete="current-password"
        autocapitalize="none"
        spellcheck={false}
        maxLength={128}
        aria-invalid={isEmpty || view.signIn?.problem === "wrong-password"}
        aria-describedby="problem"
        onInput={() => setEmpty(false)}
      />
      <p id="problem" class="problem" role="alert">
        {isEmpty ? said.empty : <Sentence text={problemWords(view.signIn, wait_s)} />}
      </p>
      <label class="check">
        <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.currentTarget.checked)} />
        <span>{said.show}</span>
      </label>
      <label class="check">
        <input type="checkbox" checked={remembers} onChange={(event) => setRemembers(event.currentTarget.checked)} />
        <span>
          {said.remember}
          <small>{canKeepKeys() ? said.remembered.key : said.remembered.address}</small>
        </span>
      </label>
      <button type="submit" class="button primary" disabled={wait_s > 0}>
        {said.submit}
      </button>
    </form>
  );
}

function problemWords(signIn: View["signIn"], wait_s: number): string {
  const said = words().signIn;
  switch (signIn?.problem) {
    case "wrong-password":
      return said.wrong;
    case "unknown-device":
      return said.unknownDevice;
    case "locked-out":
      if (signIn.wait_s === null) return said.locked;
      return wait_s > 0 ? said.wait(duration(wait_s)) : "";
    case undefined:
      return "";
  }
}
