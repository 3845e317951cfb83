/** What each key does, on every page that has what it is for. */
export const SHORTCUTS = { "/": "Search on this page", c: "Create a key", "?": "Show these shortcuts" } as const;

export type Shortcut = keyof typeof SHORTCUTS;

export type Pressed = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "altKey" | "repeat" | "isComposing" | "defaultPrevented"
>;

/** Shift is a part of some of them on most keyboards. */
export function isShortcut(pressed: Pressed): pressed is Pressed & { key: Shortcut } {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return false;
  return Object.hasOwn(SHORTCUTS, pressed.key) && !pressed.repeat && !pressed.isComposing && !pressed.defaultPrevented;
}

/** Whether a key pressed now would be typed, or be meant for what is open on top of the page. */
export function isElsewhere(target: EventTarget | null): boolean {
  const isTyped =
    target instanceof HTMLElement && (target.isContentEditable || target.closest("input, textarea, select") !== null);
  return isTyped || document.querySelector("[role=dialog], [role=alertdialog], :popover-open") !== null;
}

const STORED = "latchkey.shortcuts";
const listeners = new Set<() => void>();

/** Also where nothing can be stored: they are on then. */
export function areShortcutsOn(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export function switchShortcuts(isOn: boolean): void {
  try {
    if (isOn) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, "off");
  } catch {
    // They stay on.
  }
  for (const listener of listeners) listener();
}

export function onShortcutsSwitched(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
