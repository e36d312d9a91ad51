// Keys of the pads: letters hit them, others and the wheel change the slot of the pad that was reached last.
import { useEffect, useRef } from 'preact/hooks'
import { isFar } from '../connection/wire'
import { heldAt, hit, loaded, lock, padAt, slotAt, swap, wheel } from './kits'

/** The letters in the places of the keys: the first pad is at the bottom left of both. A keyboard of another language
 * has others there. */
export const LETTERS = 'zxcvasdfqwer1234'
const placeOf = ({ code }: KeyboardEvent) => LETTERS.indexOf(/^(?:Key|Digit)(.)$/.exec(code)?.[1]?.toLowerCase() ?? ' ')
const NOTCH = 40 // of a wheel, in pixels

/** The wheel over the pad that has the keyboard swaps its sound; over any other the page scrolls. */
export function useWheel(box: { current: HTMLElement | null }) {
  const turned = useRef(0)
  useEffect(() => {
    const onWheel = (event: WheelEvent) => {
      const slot = slotAt(loaded.value, padAt.value)
      const on = document.activeElement
      if (!slot || !on?.matches('.pad') || !on.contains(event.target as Node) || event.ctrlKey || isFar) return
      event.preventDefault()
      turned.current += event.deltaMode ? event.deltaY * NOTCH : event.deltaY
      if (Math.abs(turned.current) < NOTCH) return
      wheel(slot.slot, turned.current)
      turned.current = 0
    }
    const of = box.current
    of?.addEventListener('wheel', onWheel, { passive: false })
    return () => of?.removeEventListener('wheel', onWheel)
  }, [])
}

/** Changes the slot of the current pad. */
export function changeSlot(to: string, isHeld: boolean) {
  const slot = slotAt(loaded.value, padAt.value)
  if (isFar || !slot) return
  if (to === 'next' || to === 'previous') wheel(slot.slot, to === 'next' ? 1 : -1)
  else if (!isHeld) swap(slot.slot, to)
}

export function lockSlot() {
  const slot = slotAt(loaded.value, padAt.value)
  if (!isFar && slot) lock([slot.slot], !slot.locked && !heldAt(loaded.value, padAt.value))
}

let press: ((place: number) => void) | undefined // while pads are shown

/** The letter in this place hits its pad. */
export const pressLetter = (place: number, event: KeyboardEvent | undefined) => {
  if (!event?.repeat) press?.(place)
}

/** Letters hit the pads from `first` on, from anywhere in the page but fields. */
export function useLetters(first: number, plays: (number: number) => boolean, release: (number: number) => void) {
  const held = useRef(new Map<number, number>()).current // the pad that each letter hit
  const onLetter = (place: number) => {
    const number = first + place
    if (!plays(number)) return
    held.set(place, number)
    padAt.set(number)
    hit(number)
  }
  const onLetterUp = (event: KeyboardEvent) => {
    const place = placeOf(event),
      number = held.get(place)
    if (number !== undefined) release(number)
    held.delete(place)
  }
  useEffect(() => {
    press = onLetter
    addEventListener('keyup', onLetterUp)
    return () => {
      press = undefined
      removeEventListener('keyup', onLetterUp)
    }
  })
  const letGo = useRef(release)
  letGo.current = release
  useEffect(() => {
    // another window or mode gets no key up
    const end = () => {
      held.forEach(number => letGo.current(number))
      held.clear()
    }
    addEventListener('blur', end)
    return () => {
      removeEventListener('blur', end)
      end()
    }
  }, [])
}
