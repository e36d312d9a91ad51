// The rail of places at the left edge, and the switch between the modes of one place.
import { useCell } from '../base/cell'
import { Icon } from '../base/icons'
import { paletteOpen } from '../commands/open'
import { MODE_KEYS, MODES, PLACES, placeOf, show, view, type Mode, type Place } from '../base/state'

const TITLES: Record<Mode | Place, string> = {
  browse: 'Browse',
  table: 'Table',
  waveforms: 'Waveforms',
  map: 'Map',
  hypergrid: 'Hypergrid',
  folders: 'Folders',
  duplicates: 'Duplicates',
  project: 'Project',
  kit: 'Kit',
  mix: 'Mix',
  record: 'Record',
  loops: 'Loops',
  engine: 'Engine',
}
const keyOf = (mode: Mode) => `Alt+${MODE_KEYS[MODES.indexOf(mode)]}`
const shownLast = new Map<Place, Mode>()

export function Rail() {
  const mode = useCell(view, of => of.mode)
  const here = placeOf(mode)
  shownLast.set(here, mode)
  return (
    <nav class="places" aria-label="Places">
      {(Object.keys(PLACES) as Place[]).map(place => (
        <button
          key={place}
          aria-label={TITLES[place]}
          aria-current={place === here ? 'true' : undefined}
          title={PLACES[place].map(mode => `${TITLES[mode]}: ${keyOf(mode)}`).join(', ')}
          onClick={() => show({ mode: shownLast.get(place) ?? PLACES[place][0] })}
        >
          <Icon name={place} size={20} />
          <span>{TITLES[place]}</span>
        </button>
      ))}
      <button aria-label="Commands" onClick={() => paletteOpen.set(true)} title="Ctrl+K; ? lists the keys">
        <Icon name="commands" size={20} />
        <span>Commands</span>
      </button>
    </nav>
  )
}

/** The modes of the place where the person is; a place with one mode has no switch. */
export function ModeSwitch() {
  const mode = useCell(view, of => of.mode)
  const modes = PLACES[placeOf(mode)]
  return modes.length === 1 ? null : (
    <nav class="modes" aria-label="Modes">
      {modes.map(name => (
        <button
          key={name}
          aria-label={TITLES[name]}
          aria-current={name === mode ? 'page' : undefined}
          title={keyOf(name)}
          onClick={() => show({ mode: name })}
        >
          <Icon name={name} size={16} />
          <span>{TITLES[name]}</span>
        </button>
      ))}
    </nav>
  )
}
