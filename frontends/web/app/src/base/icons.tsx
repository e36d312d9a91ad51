// The icons: the one file that takes them from Lucide.
import {
  Activity,
  AudioWaveform,
  ChartScatter,
  ChevronLeft,
  ChevronRight,
  Circle,
  Command,
  Copy,
  Dices,
  Folder,
  Grid3x3,
  Layers,
  LayoutGrid,
  Lock,
  LockOpen,
  Metronome,
  Octagon,
  Play,
  Redo2,
  Repeat,
  Search,
  SkipBack,
  SlidersVertical,
  Square,
  TableProperties,
  Trash2,
  Undo2,
  Volume2,
} from 'lucide-preact'

const ICONS = {
  browse: Search,
  table: TableProperties,
  waveforms: AudioWaveform,
  map: ChartScatter,
  hypergrid: Grid3x3,
  folders: Folder,
  duplicates: Copy,
  project: Layers,
  kit: LayoutGrid,
  mix: SlidersVertical,
  record: Circle,
  loops: Repeat,
  engine: Activity,
  commands: Command,
  play: Play,
  stop: Square,
  begin: SkipBack,
  metronome: Metronome,
  undo: Undo2,
  redo: Redo2,
  volume: Volume2,
  panic: Octagon,
  locked: Lock,
  unlocked: LockOpen,
  delete: Trash2,
  previous: ChevronLeft,
  next: ChevronRight,
  random: Dices,
}
export type IconName = keyof typeof ICONS

/** Says nothing to a screen reader: the text or the label of its button does. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  const Of = ICONS[name]
  return (
    <i class="icon" aria-hidden="true">
      <Of size={size} strokeWidth={1.75} />
    </i>
  )
}
