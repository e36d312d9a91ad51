// A line of the song: a slot, for how many bars, and what moves it.
import { TypedField } from '../base/typedfield'
import type { Entry } from './usesong'

export const SLOTS = 128
export const BARS_MOST = 1024

/** A whole number that a person typed, within its range. */
export const wholeOf = (text: string, least: number, most: number) =>
  Math.max(least, Math.min(most, Math.trunc(Number(text)) || least))

export function SongEntry({
  of,
  at,
  last,
  playing,
  put,
  drop,
  move,
  play,
}: {
  of: Entry
  at: number
  last: boolean
  playing: boolean
  put: (to: Entry) => void
  drop: () => void
  move: (by: number) => void
  play: () => void
}) {
  const field = (what: keyof Entry, label: string, least: number, most: number) => (
    <TypedField
      type="number"
      min={least}
      max={most}
      value={String(of[what])}
      aria-label={`${label} of entry ${at}`}
      put={typed => put({ ...of, [what]: wholeOf(typed, least, most) })}
    />
  )
  return (
    <tr class={playing ? 'active' : ''} data-entry={at}>
      <td class="number">{at}</td>
      <td>{field('bank', 'Bank', 1, SLOTS)}</td>
      <td>{field('slot', 'Slot', 1, SLOTS)}</td>
      <td>
        {field('bars', 'Bars', 0, BARS_MOST)}
        {of.bars === 0 && <span class="quiet"> as long as it is</span>}
      </td>
      <td class="buttons">
        <button onClick={play} aria-label={`Play from here, entry ${at}`}>
          Play from here
        </button>
        <button onClick={() => move(-1)} disabled={at === 1} aria-label={`Move entry ${at} up`}>
          ↑
        </button>
        <button onClick={() => move(1)} disabled={last} aria-label={`Move entry ${at} down`}>
          ↓
        </button>
        <button onClick={drop} aria-label={`Remove entry ${at}`}>
          Remove
        </button>
        {playing && <span>plays</span>}
      </td>
    </tr>
  )
}
