// The names of keys: of an event, and as a person reads them.

const NAMES: Record<string, string> = {
  ' ': 'Space',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
}

const isLetter = (key: string) => key.length === 1 && key.toLowerCase() !== key.toUpperCase()

/** The modifiers of the event before a key. A sign or a digit is what was typed, by Shift or AltGr too. */
function modified(event: KeyboardEvent, key: string): string {
  const isSign = key.length === 1 && !isLetter(key),
    isTyped = isSign && event.getModifierState('AltGraph')
  const held = [
    [(event.ctrlKey || event.metaKey) && !isTyped, 'Ctrl'],
    [event.altKey && !isTyped, 'Alt'],
    [event.shiftKey && !isSign, 'Shift'],
  ] as const
  return [
    ...held.flatMap(([is, name]) => (is ? [name] : [])),
    NAMES[key] ?? (isLetter(key) ? key.toLowerCase() : key),
  ].join('+')
}

/** A name with its letter as `keyNames` has it. */
export const plainName = (name: string) =>
  name.replace(/(^|\+)([A-Z])$/, (_, before, letter) => before + letter.toLowerCase())

/** The names of the key, the most exact one first. `place`: the key in this place of the keyboard, with letters as on a
 * British one. */
export function keyNames(event: KeyboardEvent): { names: string[]; place?: string } {
  const [, kind, of] = /^(Key|Digit|Numpad)(.)$/.exec(event.code) ?? []
  const place = of && kind !== 'Numpad' ? modified(event, of.toLowerCase()) : undefined
  const names = [modified(event, event.key)]
  // without Num Lock it moves
  if (kind === 'Numpad' && event.key === of) names.unshift(modified(event, of).replace(/(.)$/, 'Keypad $1'))
  return { names, place }
}

/** Does `next` follow `name` in a row of keys, as F2 follows F1? */
function follows(name: string, next: string): boolean {
  const [, before, at] = /^(.*?)(\d+)$/.exec(name) ?? [],
    [, then, to] = /^(.*?)(\d+)$/.exec(next) ?? []
  return at !== undefined && before === then && Number(to) === Number(at) + 1
}

/** The keys as a person reads them, with `F1 … F12` for a row of at least three. */
export function keysText(keys: readonly string[]): string {
  const rows: string[][] = []
  for (const key of keys) {
    const last = rows.at(-1)
    if (last && follows(last.at(-1)!, key)) last.push(key)
    else rows.push([key])
  }
  return rows.map(row => (row.length > 2 ? `${row[0]} … ${row.at(-1)}` : row.join(', '))).join(', ')
}
