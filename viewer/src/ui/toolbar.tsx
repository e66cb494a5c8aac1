/** The controls of the live page, in the groups of the design: control, view, together, session. */

import { words } from "../words/language";
import type { Viewer } from "./viewer";
import { Bar, Grip } from "./bar";
import type { IconName } from "./icon-nodes";
import { Icon } from "./pieces";
import { rememberBarAway } from "./preferences";
import type { View } from "../session/machine";
import type { PanelName } from "./store";
import { clipboardOpens } from "./words";

interface ToolProps {
  icon: IconName;
  name: string;
  tip?: string;
  class?: string;
  pressed?: boolean;
  expanded?: boolean;
  unavailable?: string | null;
  hideLabel?: boolean;
  /** What a phone has room for. */
  short?: string;
  viewer: Viewer;
  action(): void;
}

function Tool({ icon, name, tip, pressed, expanded, unavailable, hideLabel, short, viewer, action, ...rest }: ToolProps) {
  const click = (event: MouseEvent): void => {
    if (unavailable) return;
    viewer.store.isSpread.value = false;
    action();
    // Who controls by mouse goes on typing at the host; who came by keyboard stays in the controls.
    if (event.detail > 0 && !viewer.store.panel.value) viewer.hand.focus();
  };
  const kind = rest.class ?? "plain";
  const words = unavailable ?? tip ?? name;
  return (
    <button
      type="button"
      class={`button with-tip ${kind}`}
      aria-label={name}
      aria-pressed={pressed}
      aria-expanded={expanded}
      aria-disabled={unavailable ? "true" : undefined}
      aria-description={unavailable ?? undefined}
      onClick={click}
    >
      <Icon name={icon} />
      {!hideLabel && <span class="label">{name}</span>}
      {short && <span class="short">{short}</span>}
      <span class={`tip${unavailable || tip ? " always" : ""}`} aria-hidden="true">
        {words}
      </span>
    </button>
  );
}

function ControlTool({ viewer }: { viewer: Viewer }) {
  const view = viewer.store.view.value;
  const said = words().toolbar;
  if (view.control === "held") {
    const action = (): void => viewer.receive({ type: "control.given_back" });
    return <Tool viewer={viewer} class="main amber" icon="hand" name={said.release} short={said.releaseShort} action={action} />;
  }
  if (view.control === "asking") {
    const action = (): void => viewer.receive({ type: "control.given_back" });
    return <Tool viewer={viewer} class="main" icon="hourglass" name={said.cancelRequest} short={said.cancelShort} action={action} />;
  }
  const described = view.described;
  if (!described || described.paused) {
    // The picture may be here before the host has said what this viewer may do.
    const reason = described ? said.isPaused : words().status.connecting(view.host);
    return <Tool viewer={viewer} class="main primary" icon="mouse-pointer-2" name={said.request} short={said.requestShort} unavailable={reason} action={() => undefined} />;
  }
  const isOffered = described.granted.includes("control") || described.askable.includes("control");
  return (
    <Tool
      viewer={viewer}
      class="main primary"
      icon="mouse-pointer-2"
      name={said.request}
      short={said.requestShort}
      unavailable={!isOffered ? said.notWithThisLink : described.control_locked ? words().notices.controlRefused.locked : null}
      action={() => viewer.receive({ type: "control.wanted" })}
    />
  );
}

/** Why the clipboard cannot be used; null: it can, or can be asked for. */
function clipboardReason(view: View): string | null {
  const said = words().clipboard;
  if (view.described?.clipboard?.direction === "off") return said.off;
  if (view.described?.askable.includes("clipboard")) return null;
  if (!view.described?.granted.includes("clipboard")) return said.notAllowed;
  return clipboardOpens(view, "in") || clipboardOpens(view, "out") ? null : said.off;
}

export function Toolbar({ viewer }: { viewer: Viewer }) {
  const { store } = viewer;
  const { toolbar: said, common } = words();
  const panel = store.panel.value;
  const isFit = store.isFit.value;
  const isSpread = store.isSpread.value;
  const isTouch = matchMedia("(pointer: coarse)").matches;
  const open = (name: PanelName): void => {
    store.panel.value = panel === name ? null : name;
  };
  const putAway = (isAway: boolean): void => {
    store.isCollapsed.value = isAway;
    rememberBarAway(isAway);
  };
  if (store.isCollapsed.value) {
    return (
      <Bar viewer={viewer} class="collapsed">
        <Tool viewer={viewer} icon="chevron-up" name={said.show} hideLabel action={() => putAway(false)} />
      </Bar>
    );
  }
  return (
    <Bar viewer={viewer}>
      <Grip viewer={viewer} />
      <ControlTool viewer={viewer} />
      <span class="split" />
      <Tool
        viewer={viewer}
        class="plain view"
        icon="monitor"
        name={said.monitor}
        expanded={panel === "monitor"}
        unavailable={(store.view.value.described?.monitors ?? []).length > 1 ? null : said.oneScreen}
        action={() => open("monitor")}
      />
      <Tool viewer={viewer} class="plain view" icon="sliders-horizontal" name={said.quality} expanded={panel === "quality"} action={() => open("quality")} />
      <Tool
        viewer={viewer}
        class="plain view"
        icon={isFit ? "scaling" : "shrink"}
        name={isFit ? said.actualSize : said.fit}
        action={() => viewer.setFit(!isFit)}
      />
      <Tool
        viewer={viewer}
        class="plain bare"
        icon={store.isFullScreen.value ? "minimize" : "maximize"}
        name={said.fullScreen}
        pressed={store.isFullScreen.value}
        action={() => void viewer.toggleFullScreen()}
      />
      {isTouch && store.view.value.control === "held" && (
        <Tool
          viewer={viewer}
          class="plain keep"
          icon="keyboard"
          name={said.virtualKeyboard}
          pressed={store.hasKeyBar.value}
          action={() => viewer.toggleVirtualKeyboard()}
        />
      )}
      <Tool
        viewer={viewer}
        class={`plain bare ${isTouch && store.view.value.control === "held" ? "" : "keep"}`}
        icon="keyboard"
        name={said.keyboard}
        expanded={panel === "keyboard"}
        action={() => open("keyboard")}
      />
      <Tool
        viewer={viewer}
        class="plain bare keep"
        icon="clipboard"
        name={said.clipboard}
        expanded={panel === "clipboard"}
        unavailable={clipboardReason(store.view.value)}
        action={() => open("clipboard")}
      />
      {store.view.value.control === "held" && store.view.value.described?.control_reach !== "keyboard" && viewer.hand.lock.isPossible && (
        <Tool
          viewer={viewer}
          class="plain bare"
          icon="move"
          name={said.lockPointer}
          pressed={store.isPointerLocked.value}
          action={() => void viewer.hand.lock.take()}
        />
      )}
      {isTouch && <Tool viewer={viewer} class="plain bare" icon="pointer" name={said.touch} expanded={panel === "touch"} action={() => open("touch")} />}
      <span class="split" />
      <Tool viewer={viewer} class="plain together" icon="users" name={common.people} expanded={panel === "people"} action={() => open("people")} />
      <Tool viewer={viewer} class="plain keep together" icon="activity" name={said.statistics} expanded={panel === "statistics"} action={() => open("statistics")} />
      <span class="split" />
      <Tool
        viewer={viewer}
        class="plain more"
        icon={isSpread ? "chevron-down" : "ellipsis"}
        name={isSpread ? said.fewer : said.more}
        short={isSpread ? said.fewerShort : said.moreShort}
        expanded={isSpread}
        action={() => (store.isSpread.value = !isSpread)}
      />
      <Tool viewer={viewer} class="plain slim" icon="languages" name={common.language} expanded={panel === "language"} action={() => open("language")} />
      <Tool viewer={viewer} class="plain leave" icon="log-out" name={said.disconnect} action={() => viewer.receive({ type: "left" })} />
      <Tool viewer={viewer} class="plain hide" icon="chevron-down" name={said.hide} hideLabel action={() => putAway(true)} />
    </Bar>
  );
}
