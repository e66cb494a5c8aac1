/** Mouse buttons held, as PointerEvent.buttons tells them. Sans-DOM. */

/** Bit in ``buttons`` -> MouseEvent.button: left, right, middle, back, forward (UI Events §5.3). */
const BUTTON_OF_BIT = [0, 2, 1, 3, 4] as const;

/** The bit of a button in such a mask. */
export const maskOf = (button: number): number => 1 << BUTTON_OF_BIT.indexOf(button as (typeof BUTTON_OF_BIT)[number]);

export interface ButtonChange {
  button: number;
  isDown: boolean;
}

/**
 * Tell which buttons went down or up between two masks, releases first.
 *
 * Needed because a second button pressed while one is held comes as ``pointermove``, not as ``pointerdown``.
 */
export function buttonChanges(before: number, after: number): ButtonChange[] {
  const changes = BUTTON_OF_BIT.flatMap((button, bit) => {
    const isDown = ((after >> bit) & 1) === 1;
    return isDown === (((before >> bit) & 1) === 1) ? [] : [{ button, isDown }];
  });
  return changes.sort((a, b) => Number(a.isDown) - Number(b.isDown));
}
