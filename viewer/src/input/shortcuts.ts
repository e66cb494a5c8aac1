/** Keys that a browser or its system keeps for itself, to be sent by a button. */

/** Keys in the order in which they go down: place and meaning. */
export type Shortcut = readonly (readonly [code: string, key: string])[];

const CTRL = ["ControlLeft", "Control"] as const;
const ALT = ["AltLeft", "Alt"] as const;
const SUPER = ["MetaLeft", "Meta"] as const;
const named = (name: string): Shortcut => [[name, name]];

/** By the name on the button, which is the same in every language. */
export const SHORTCUTS: Readonly<Record<string, Shortcut>> = {
  "Ctrl+Alt+Del": [CTRL, ALT, ["Delete", "Delete"]],
  Super: [SUPER],
  "Alt+Tab": [ALT, ["Tab", "Tab"]],
  "Alt+F4": [ALT, ["F4", "F4"]],
  "Ctrl+Esc": [CTRL, ["Escape", "Escape"]],
  "Ctrl+W": [CTRL, ["KeyW", "w"]],
  "Ctrl+T": [CTRL, ["KeyT", "t"]],
  "Ctrl+Alt+T": [CTRL, ALT, ["KeyT", "t"]],
  "Super+L": [SUPER, ["KeyL", "l"]],
  Print: [["PrintScreen", "PrintScreen"]],
};

export const FUNCTION_KEYS: readonly (readonly [name: string, shortcut: Shortcut])[] = Array.from({ length: 12 }, (_, index) => {
  const name = `F${index + 1}`;
  return [name, named(name)] as const;
});

/** By the word that names them in the catalogue. */
export const MEDIA_KEYS = {
  mute: [["AudioVolumeMute", "AudioVolumeMute"]],
  quieter: [["AudioVolumeDown", "AudioVolumeDown"]],
  louder: [["AudioVolumeUp", "AudioVolumeUp"]],
  playPause: [["MediaPlayPause", "MediaPlayPause"]],
} as const satisfies Record<string, Shortcut>;

/** The key that types one letter or digit, where there is one of that name; a shortcut is made of keys, not of text. */
export function keyOf(text: string): readonly [code: string, key: string] | null {
  if (/^[a-z]$/i.test(text)) return [`Key${text.toUpperCase()}`, text.toLowerCase()];
  return /^[0-9]$/.test(text) ? [`Digit${text}`, text] : null;
}

/** What virtual keyboards lack, by the sign on the key. */
export const BAR_KEYS: readonly (readonly [sign: string, name: string])[] = [
  ["Esc", "Escape"],
  ["Tab", "Tab"],
  ["←", "ArrowLeft"],
  ["↑", "ArrowUp"],
  ["↓", "ArrowDown"],
  ["→", "ArrowRight"],
  ["Home", "Home"],
  ["End", "End"],
  ["Del", "Delete"],
];
