// The rail of modes at the left edge.
import { useCell } from './cell'
import { Icon } from './icons'
import { paletteOpen } from './commands/open'
import { MODE_KEYS, MODES, show, view, type Mode } from './state'

const TITLES: Record<Mode, string> = {
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

export function Rail() {
  const mode = useCell(view, of => of.mode)
  return (
    <nav class="modes" aria-label="Modes">
      {MODES.map((name, i) => (
        <button
          key={name}
          aria-label={TITLES[name]}
          aria-current={name === mode ? 'page' : undefined}
          title={`Alt+${MODE_KEYS[i]}`}
          onClick={() => show({ mode: name })}
        >
          <Icon name={name} size={20} />
          <span>{TITLES[name]}</span>
        </button>
      ))}
      <button aria-label="Commands" onClick={() => paletteOpen.set(true)} title="Ctrl+K; ? lists the keys">
        <Icon name="commands" size={20} />
        <span>Commands</span>
      </button>
    </nav>
  )
}
