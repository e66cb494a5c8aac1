/** One emblem, one sentence, and what can be done about it. */

import type { ComponentChildren } from "preact";
import type { IconName } from "./icon-nodes";
import { Icon, LanguageChoice } from "./pieces";

interface CardProps {
  icon: IconName;
  tone?: "trouble" | "lost" | "calm";
  title: string;
  /** The picture is behind the card: nothing but the card can be read there. */
  isOverPicture?: boolean;
  children?: ComponentChildren;
}

export function StateCard({ icon, tone, title, isOverPicture, children }: CardProps) {
  return (
    <div class="centre">
      <section class={`state-card ${tone ?? ""}`}>
        <span class="emblem">
          <Icon name={icon} />
        </span>
        <h1>{title}</h1>
        {children}
      </section>
      {!isOverPicture && <LanguageChoice />}
    </div>
  );
}
