// The mode Kit: the pads beside the pattern that plays, and below them a desk with one part at a time.
import { useEffect } from 'preact/hooks'
import { useCell } from '../base/cell'
import { Choice } from '../base/labelled'
import { usePolled } from '../connection/polled'
import { useSoundKeys } from '../loops/soundkeys'
import { Launch } from '../pattern/launch'
import { Pattern } from '../pattern/patterngrid'
import { PatternLibrary } from '../pattern/patternlibrary'
import { RowDesk } from '../pattern/rowvalues'
import { Slots } from '../pattern/slots'
import { Song } from '../pattern/song'
import { usePattern, type PatternNow } from '../pattern/usepattern'
import { useSlots, type SlotsNow } from '../pattern/useslots'
import { DESKS, show, view, type Desk as DeskName } from '../base/state'
import { isFar, listen } from '../connection/wire'
import { Builder } from './builder'
import { Commit } from './commit'
import { Current, Ways } from './current'
import { KitList } from './kitlist'
import * as asks from './kits'
import { KitSlots } from './kitslots'
import { PadEditor } from './padeditor'
import { Pads } from './pads'
import { usePads, type PadsNow } from './usepads'

const LOADED_MS = 2000

/** Follows the kits of the engine; true: it does not answer. */
function useKits(): boolean {
  const [, , away] = usePolled(asks.lookAtLoaded, LOADED_MS, [], ['project.changed'])
  useEffect(() => listen('project.changed', asks.noteKits), [])
  return away
}

function PadControls({ pads }: { pads: PadsNow }) {
  const side = useCell(asks.layout)
  const bank = asks.bankOf(useCell(asks.padAt), side)
  const velocity = useCell(asks.velocity)
  return (
    <p class="buttons">
      {[4, 8].map(one => (
        <button key={one} aria-pressed={side === one} onClick={() => asks.layOut(one)}>
          {one} × {one}
        </button>
      ))}
      <Choice
        label="Bank"
        aria-label="Bank of pads"
        value={bank}
        of={Array.from({ length: asks.PADS / side ** 2 }, (_, n) => n * side ** 2)}
        text={one => `${one} to ${one + side ** 2 - 1}`}
        put={one => asks.padAt.set(one)}
      />
      <label class="hardness">
        Velocity{' '}
        <input
          type="range"
          min="1"
          max="127"
          value={velocity}
          onInput={event => asks.velocity.set(Number(event.currentTarget.value))}
        />{' '}
        <output>{velocity}</output>
      </label>
      <button
        class="fill"
        title="Fill the pads with the chosen items. Select them in the table first: with x, or with Ctrl and a click"
        aria-label="Fill with the chosen items"
        onClick={pads.fill}
      >
        Fill
      </button>
      {!isFar && (
        <button title="Keep what lies on the pads as a kit" aria-label="Keep as a kit…" onClick={pads.keep}>
          Keep…
        </button>
      )}
    </p>
  )
}

function KitDesk() {
  const now = useCell(asks.loaded)
  return (
    <div class="kitdesk">
      <KitList />
      {!isFar && (
        <div class="kitnow">
          <Current of={now?.kit} />
          <p class="buttons">
            <Ways />
          </p>
        </div>
      )}
      <KitSlots />
    </div>
  )
}

const titleOf = (desk: DeskName, at: number): string =>
  ({ kits: 'Kits', build: 'Build', pad: `Pad ${at}`, row: 'Row', slots: 'Slots', song: 'Song', library: 'Library' })[
    desk
  ]

function DeskPart({
  desk,
  pads,
  pattern,
  slots,
  at,
}: {
  desk: DeskName
  pads: PadsNow
  pattern: PatternNow
  slots: SlotsNow
  at: number
}) {
  switch (desk) {
    case 'kits':
      return <KitDesk />
    case 'build':
      return (
        <>
          <Builder />
          <Commit />
        </>
      )
    case 'pad':
      return <PadEditor key={at} number={at} pads={pads} />
    case 'row':
      return <RowDesk pattern={pattern} />
    case 'slots':
      return <Slots now={slots} />
    case 'song':
      return <Song />
    case 'library':
      return <PatternLibrary />
  }
}

function Desk({ away, ...parts }: { away: boolean; pads: PadsNow; pattern: PatternNow; slots: SlotsNow }) {
  const desk = useCell(view, of => of.desk)
  const at = useCell(asks.padAt)
  const shown = DESKS.filter(one => !(isFar && one === 'build'))
  return (
    <section aria-label="Desk" class="desk">
      <nav aria-label="Parts of the desk">
        {shown.map(one => (
          <button key={one} aria-current={desk === one || undefined} onClick={() => show({ desk: one })}>
            {titleOf(one, at)}
          </button>
        ))}
        {away && <span class="quiet">away; this page asks again</span>}
      </nav>
      <div class="part" tabIndex={0} role="group" aria-label={titleOf(desk, at)}>
        <DeskPart desk={desk} at={at} {...parts} />
      </div>
    </section>
  )
}

export function KitMode() {
  useSoundKeys()
  const away = useKits()
  const pads = usePads()
  const pattern = usePattern()
  const slots = useSlots()
  return (
    <main class="instrument kit" tabIndex={-1}>
      <h1 class="unseen">Kit</h1>
      <section aria-label="Pads" class="padbox">
        <Pads pads={pads} />
        <PadControls pads={pads} />
      </section>
      <Pattern now={pattern}>
        <Launch now={slots} />
      </Pattern>
      <Desk away={away} pads={pads} pattern={pattern} slots={slots} />
    </main>
  )
}
