// Where the keyboard is: it goes with the mode, and arrow keys reach the list from anywhere in the page but fields.
import { show, type Mode } from './state'

const MOVES = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End']

const listElement = () => document.querySelector<HTMLElement>('[data-list]')

export const focusList = () => (listElement() ?? document.querySelector<HTMLElement>('main'))?.focus()

/** Shows a mode; the keyboard is then in its list. */
export function enterMode(mode: Mode) {
  show({ mode })
  requestAnimationFrame(focusList)
}

/** Is this a key that goes to another item? */
export const isMove = (event: KeyboardEvent) => MOVES.includes(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey

/** Gives a key to the list. Returns false in a mode that has none. */
export function giveToList(event: KeyboardEvent): boolean {
  const list = listElement()
  if (!list || event.defaultPrevented) return false
  list.focus()
  list.dispatchEvent(new KeyboardEvent('keydown', event))
  return true
}
