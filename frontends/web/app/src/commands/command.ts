// What a command is, and where its keys work.

/** Where the keyboard is, outside of fields and dialogues: a mode with a list of items, one without, a mode that plays,
 * the panel Regions. */
export const SPOTS = ['list', 'bare', 'kit', 'mix', 'record', 'loops', 'regions'] as const
export type Spot = (typeof SPOTS)[number]

export const EVERYWHERE: readonly Spot[] = SPOTS
export const LIST: readonly Spot[] = ['list']
export const KIT: readonly Spot[] = ['kit']
export const LOOPS: readonly Spot[] = ['loops', 'regions']
export const PLAYING: readonly Spot[] = ['kit', 'mix', 'record', ...LOOPS]

export interface Command {
  name: string
  /** As in the list of keys: `x`, `Ctrl+Z`, `Shift+F1`, `Space`, `Keypad 1`. */
  keys?: readonly string[]
  /** The keys are those in these places of the keyboard, whatever its language. */
  isPlace?: true
  /** Where the keys work. The palette offers a command of a list, or of Kit, only where there is one. */
  when: readonly Spot[]
  /** The keys work in fields too; `dialogs`: and in dialogues. */
  also?: 'fields' | 'dialogs'
  /** A held key does it once. */
  once?: true
  /** What the list of keys says; commands that say the same in the same places are one line of it. */
  says?: string
  /** The command line that does the same; undefined: the palette does not offer it. */
  line?: () => string
  /** Returns false if it had nothing to do with the key. */
  run: (event?: KeyboardEvent) => unknown
}

export const PAGE_ONLY = () => 'of this page alone'

const PLACE_NAMES: Record<string, string> = {
  [EVERYWHERE.join()]: 'everywhere',
  [LIST.join()]: 'a list, waveforms or map',
  [PLAYING.join()]: 'Kit, Mix, Record, Loops',
  [LOOPS.join()]: 'Loops',
  'list,bare': 'modes that do not play',
  'list,bare,mix,record,loops,regions': 'everywhere but in Kit',
  loops: 'Loops, outside of Regions',
}
const capital = (word: string) => word[0]!.toUpperCase() + word.slice(1)

export const placeName = ({ when, also }: Command): string =>
  (PLACE_NAMES[when.join()] ?? when.map(capital).join(', ')) +
  (also === 'dialogs' ? ', fields and dialogues' : also ? ', fields' : '')
