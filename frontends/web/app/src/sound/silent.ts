// Rows and pads that stay silent, since a sound of theirs could not be loaded.
import type { silent_sound } from 'loophole'
import { clean, num } from '../base/format'
import { complain, say } from '../base/state'

const WORDS_MOST = 3

/** People count rows from 1, and pads as `loophole pads` does. */
function inWords(of: silent_sound, what: 'row' | 'pad'): string {
  const name = of.name ? ` ${clean(of.name)}` : ''
  return `${what} ${num(of.index) + (what === 'row' ? 1 : 0)}${name} is silent: ${clean(of.why)}`
}

/** Shows the result of an ask, with the rows or pads that are silent. */
export function report(text: string, what: 'row' | 'pad', silent: silent_sound[] = []) {
  if (!silent.length) {
    if (text) say(text)
    return
  }
  const more = silent.length > WORDS_MOST ? [`${silent.length - WORDS_MOST} more are silent`] : []
  complain(
    new Error(
      [...(text ? [text] : []), ...silent.slice(0, WORDS_MOST).map(of => inWords(of, what)), ...more].join('. '),
    ),
  )
}

/** Shows the sentence of an answer with its silent rows, or the reason of the failure. */
export const reportSaid = (promise: Promise<{ message: string; silent?: silent_sound[] }>) =>
  promise.then(said => report(clean(said.message), 'row', said.silent), complain)
