// The song of the open project: which slots play one after the other, for how many bars, and which of them plays.
import { useState } from 'preact/hooks'
import { Check } from '../base/check'
import { Input } from '../base/labelled'
import { complain } from '../base/state'
import { TableHead } from '../base/tablehead'
import { SongEntry } from './songentry'
import { BARS_MOST, SLOTS, useSong, wholeOf, type SongNow } from './usesong'

/** Adds an entry with these values. */
function Adding({ song }: { song: SongNow }) {
  const [slot, setSlot] = useState('1')
  const [bars, setBars] = useState('0')
  const add = () => song.add(wholeOf(slot, 1, SLOTS), wholeOf(bars, 0, BARS_MOST)).catch(complain)
  return (
    <>
      <button disabled={!song.isKnown || song.isFull} onClick={add}>
        Add an entry
      </button>
      <Input label="of slot" type="number" min="1" max={SLOTS} value={slot} put={setSlot} />
      <Input
        label="for bars"
        type="number"
        min="0"
        max={BARS_MOST}
        value={bars}
        title="0: as long as its pattern"
        put={setBars}
      />
    </>
  )
}

export function Song() {
  const song = useSong()
  const { entries, playing } = song
  return (
    <section aria-label="Song" class="bare" data-playing={playing}>
      <h2 class="unseen">Song</h2>
      <p class="buttons">
        <button disabled={!entries.length} onClick={() => song.play(0)}>
          Play the song
        </button>
        <button disabled={playing === undefined} onClick={song.end}>
          End the song
        </button>
        <Check on={song.loop} disabled={!song.isKnown} put={song.repeat}>
          Again from the first entry
        </Check>
        <Adding song={song} />
        <output aria-label="Song position">
          {playing === undefined ? '' : `Entry ${playing} of ${entries.length} plays.`}
        </output>
      </p>
      {song.isKnown && !entries.length && (
        <p class="quiet">The project has no song. Add slots of the current bank, in their order.</p>
      )}
      {entries.length > 0 && (
        <table class="plain">
          <TableHead of={['Entry', 'Bank', 'Slot', 'Bars']} />
          <tbody>
            {entries.map((one, at) => (
              <SongEntry key={at} of={one} at={at} song={song} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
