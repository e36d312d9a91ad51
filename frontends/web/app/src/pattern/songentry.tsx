// A line of the song: a slot, for how many bars, and what moves it.
import { TypedField } from '../base/typedfield'
import { BARS_MOST, SLOTS, wholeOf, type Entry, type SongNow } from './usesong'

export function SongEntry({ of, at, song }: { of: Entry; at: number; song: SongNow }) {
  const number = at + 1 // as a person counts
  const playing = song.playing === number
  const field = (what: keyof Entry, label: string, least: number, most: number) => (
    <TypedField
      type="number"
      min={least}
      max={most}
      value={String(of[what])}
      aria-label={`${label} of entry ${number}`}
      put={typed => song.replace(at, { ...of, [what]: wholeOf(typed, least, most) })}
    />
  )
  return (
    <tr class={playing ? 'active' : ''} data-entry={number}>
      <td class="number">{number}</td>
      <td>{field('bank', 'Bank', 1, SLOTS)}</td>
      <td>{field('slot', 'Slot', 1, SLOTS)}</td>
      <td>
        {field('bars', 'Bars', 0, BARS_MOST)}
        {of.bars === 0 && <span class="quiet"> as long as it is</span>}
      </td>
      <td class="buttons">
        <button onClick={() => song.play(number)} aria-label={`Play from here, entry ${number}`}>
          Play from here
        </button>
        <button onClick={() => song.move(at, -1)} disabled={at === 0} aria-label={`Move entry ${number} up`}>
          ↑
        </button>
        <button
          onClick={() => song.move(at, 1)}
          disabled={number === song.entries.length}
          aria-label={`Move entry ${number} down`}
        >
          ↓
        </button>
        <button onClick={() => song.drop(at)} aria-label={`Remove entry ${number}`}>
          Remove
        </button>
        {playing && <span>plays</span>}
      </td>
    </tr>
  )
}
