// Where the keyboard is: it goes with the mode, and arrow keys reach the list from anywhere in the page but fields.
import { show, type Mode } from './state'

const MOVES = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End']

export const listElement = () => document.querySelector<HTMLElement>('[data-list]')

/** Is a list of items in the page? Without one, no key may change an item. */
export const isListed = () => listElement() !== null

export const focusList = () => (listElement() ?? document.querySelector<HTMLElement>('main'))?.focus()

/** Shows a mode; the keyboard is then in its list. */
export function enterMode(mode: Mode) {
  show({ mode })
  requestAnimationFrame(focusList)
}

/** Is this a key that goes to another item? */
export const isMove = (event: KeyboardEvent) =>
  MOVES.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey

/** Gives a copy of a key to the list, unless the key came from it. Returns true if the list used it. The copy does not
 * bubble: it would come here again. */
export function giveToList(event: KeyboardEvent): boolean {
  const list = listElement()
  if (!list || event.defaultPrevented || list.contains(event.target as Node)) return false
  const copy = new KeyboardEvent('keydown', { key: event.key, shiftKey: event.shiftKey, cancelable: true })
  list.focus()
  list.dispatchEvent(copy)
  return copy.defaultPrevented
}

const controlOf = (of: Element) => of.closest('input:is([type="checkbox"], [type="range"]), button, summary, a[href]')

/** The control that was clicked, as long as it has the focus: from the next key on, Chromium calls that visible. */
let clicked: Element | null = null
addEventListener(
  'pointerdown',
  event => {
    const of = event.target as Element
    clicked = controlOf(of) ?? of.closest('label')?.control ?? null
  },
  true,
)
addEventListener(
  'focusout',
  event => {
    if (event.target === clicked) clicked = null
  },
  true,
)

/** Does Space or Enter press this: a switch, a button or a link that was reached by keyboard? One that was clicked
 * gives them to the list. */
export const pressesControl = (of: HTMLElement) => {
  const control = controlOf(of)
  return control !== null && control !== clicked && of.matches(':focus-visible')
}

/** When a dialogue closes, Chromium returns the focus to the field without a caret, and would drop what is typed
 * next. */
export function giveCaretBack() {
  const of = document.activeElement
  if (!(of instanceof HTMLInputElement || of instanceof HTMLTextAreaElement)) return
  if (of.selectionStart === null) of.select()
  else of.setSelectionRange(of.value.length, of.value.length)
}
