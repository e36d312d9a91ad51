// The keyboard: finds the command of a key where the keyboard is. Widgets have their own arrows, and take their keys
// first.
import { isListed, isMove, pressesControl } from '../base/keyboard'
import { view } from '../base/state'
import type { Command, Spot } from './command'
import { keyNames, plainName } from './keynames'
import { COMMANDS } from './table'

const PLAYING_MODES: readonly string[] = ['kit', 'mix', 'record', 'loops']

export function spotNow(target: Element | null = document.activeElement): Spot {
  const { mode } = view.value
  if (mode === 'loops' && target?.closest('[aria-label="Regions"]')) return 'regions'
  return PLAYING_MODES.includes(mode) ? (mode as Spot) : isListed() ? 'list' : 'bare'
}

const byKey = new Map<string, Command[]>()
for (const command of COMMANDS)
  for (const key of command.keys ?? []) byKey.set(plainName(key), [...(byKey.get(plainName(key)) ?? []), command])

function commandOf(event: KeyboardEvent): Command | undefined {
  const spot = spotNow(event.target as Element),
    { names, place } = keyNames(event)
  const find = (name: string, isPlace: boolean) =>
    byKey.get(plainName(name))?.find(one => one.when.includes(spot) && (one.isPlace ?? false) === isPlace)
  return names.map(name => find(name, false)).find(Boolean) ?? (place ? find(place, true) : undefined)
}

/** What a control does with keys itself: a field takes all, a slider those that move it, a button those that press it.
 * A button that was clicked gives Space to the page: only one that was reached by keyboard is pressed by it, and a pad
 * or a step only by Enter. */
function keepsKey(of: HTMLElement, event: KeyboardEvent): boolean {
  const isSwitch = of.matches('input:is([type="checkbox"], [type="range"])')
  if (!isSwitch && /^(INPUT|TEXTAREA|SELECT)$/.test(of.tagName)) return true
  if (of.matches('input[type="range"]') && isMove(event)) return true
  if (event.key === ' ' || event.key === 'Enter')
    return pressesControl(of) && !(event.key === ' ' && of.closest('.pad, .step'))
  return of.closest('audio') !== null
}

/** The field of tags, after Enter has taken what was typed there: it has nothing of its own to undo. */
const isTaken = (of: HTMLElement, event: KeyboardEvent) =>
  of.id === 'addtag' && of.dataset.typed === undefined && event.key.toLowerCase() === 'z'

function run(command: Command, event: KeyboardEvent) {
  if (!(command.once && event.repeat) && command.run(event) === false) return
  event.preventDefault()
  event.stopPropagation()
}

/** Before widgets and fields: the keys that work in fields too. */
function onKeyAnywhere(event: KeyboardEvent) {
  const command = commandOf(event)
  if (command?.also && (command.also === 'dialogs' || !document.querySelector('dialog[open]'))) run(command, event)
}

/** After widgets and fields, unless they used the key. */
function onKey(event: KeyboardEvent) {
  const target = event.target as HTMLElement
  if (
    event.defaultPrevented ||
    document.querySelector('dialog[open]') ||
    (keepsKey(target, event) && !isTaken(target, event))
  )
    return
  const command = commandOf(event)
  if (command && !command.also) run(command, event)
}

/** Follows the keyboard. Returns what ends that. */
export function followKeys(): () => void {
  addEventListener('keydown', onKeyAnywhere, true)
  addEventListener('keydown', onKey)
  return () => {
    removeEventListener('keydown', onKeyAnywhere, true)
    removeEventListener('keydown', onKey)
  }
}
