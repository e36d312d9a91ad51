// The parts of the command lines that the palette shows.
import { chosen } from '../items/list'
import { complain, say, view } from '../base/state'

export const quoted = (text: string) => (/^[\w:.@-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`)
export const ids = () => chosen().join(' ') || 'ID'
export const one = () => chosen()[0] ?? 'ID'
export const query = () => (view.value.query ? ` ${quoted(view.value.query)}` : '')
export const doing = (promise: Promise<unknown>, text: string) => promise.then(() => say(text), complain)
