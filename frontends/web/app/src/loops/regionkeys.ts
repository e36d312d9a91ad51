// What the keys do with the regions of the clip that is shown.
import type { item } from 'loophole'
import { isDeleting } from './deleting'
import { idText } from '../base/format'
import { hear, hush, isHeard, markRegion, region as selection } from '../sound/hear'
import * as asks from './regions'

const KEYPAD_1 = 1073741913

/** The item of the panel, while it is shown. */
let shown: item | undefined
export const setShown = (of: item | undefined) => {
  shown = of
}

/** Space saves the selected part on the first free key. Without one it plays the item in the panel, as in a list.
 * Returns false if it did neither. */
export function saveOrPlay(isInPanel: boolean): boolean {
  if (!shown) return false
  const id = idText(shown.media.id)
  const part = selection.value?.id === id ? selection.value : undefined
  if (part) asks.saveOnFreeKey(part.from, part.end)
  else if (!isInPanel) return false
  else if (isHeard(id)) hush()
  else hear(shown)
  return true
}

/** Plays the region of a digit, or deletes it while Backspace is held. */
export function pressDigit(digit: number, isKeypad: boolean) {
  if (!shown) return
  if (isDeleting()) asks.deleteRegion(digit)
  else asks.playRegion(isKeypad ? KEYPAD_1 + ((digit || 10) - 1) : asks.keyOf(digit))
}

export const lockDigit = (digit: number) => {
  if (shown) asks.lockRegion(digit)
}
export const markShown = (edge: 'from' | 'end') => {
  if (shown) markRegion(shown, edge)
}
