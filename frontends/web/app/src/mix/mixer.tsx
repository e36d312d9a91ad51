// The mixer: a strip for each channel, with its insert.
import type { channel, mixer_strip } from 'loophole'
import { channel_words } from '../base/words'
import { usePolled } from '../connection/polled'
import { ask } from '../connection/wire'
import { pairsOf, useForeignPorts } from '../sound/foreignports'
import { hasInsert, Insert } from './insert'
import { Strip } from './strip'

const CATCH_UP_MS = 5000 // an event may be lost

const place = (of: mixer_strip) => channel_words.indexOf(of.bus as channel)

export function Mixer() {
  const [mixer, again] = usePolled(() => ask('audio.mixer', {}, 2000), CATCH_UP_MS, [], ['audio.sounding_changed'])
  const [inserts, insertsAgain] = usePolled(
    () => ask('audio.inserts', {}, 2000),
    CATCH_UP_MS,
    [],
    ['audio.sounding_changed', 'audio.insert_changed'],
  )
  const offered = pairsOf(useForeignPorts().inputs)
  const strips = mixer?.strips ?? channel_words.map(bus => ({ bus }) as mixer_strip)
  const insertOf = (bus: channel) => (
    <Insert
      of={bus}
      now={inserts?.each?.find(one => one.channel === bus)}
      known={inserts !== undefined}
      again={insertsAgain}
      offered={offered}
    />
  )
  return (
    <section aria-label="Mixer" class="mixer" data-live={mixer !== undefined}>
      {[...strips]
        .sort((a, b) => place(a) - place(b))
        .map(strip => (
          <Strip key={strip.bus} strip={strip} known={mixer !== undefined} again={again}>
            {hasInsert(strip.bus as channel) && insertOf(strip.bus as channel)}
          </Strip>
        ))}
    </section>
  )
}
