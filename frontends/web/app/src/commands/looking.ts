// Commands about what is looked at.
import { chipsOf, goToWeights } from '../query/chips'
import { enterMode, giveToList } from '../base/keyboard'
import { portsOpen } from '../query/outside'
import { keepQuery } from '../query/saved'
import { heard, MODE_KEYS, MODES, SCOPES, show, START_FILTERS, view, type Mode, type Scope } from '../base/state'
import { COLUMNS } from '../browse/columns'
import { EVERYWHERE, LIST, PAGE_ONLY, type Command } from './command'
import { one, query, quoted } from './lines'
import { keysOpen, paletteOpen } from './open'

const MODE_LINES: Record<Mode, () => string> = {
  table: () => `loophole search${query()}`,
  waveforms: () => `loophole artefact ${one()} waveform --png FILE`,
  map: () => `loophole map${query()} --png FILE`,
  hypergrid: () =>
    `loophole ask search.grid query=${quoted(view.value.query)} rows=${view.value.rows} columns=${view.value.across}`,
  folders: () => `loophole ask search.folders query=${quoted(view.value.query)}`,
  duplicates: () => `loophole duplicates${query()}`,
  project: () => 'loophole project show',
  kit: () => 'loophole kit list',
  mix: () => 'loophole mixer',
  record: () => 'loophole record takes',
  loops: () => 'loophole loop list',
  engine: () => 'loophole status',
}

const SCOPE_NAMES: Record<Scope, string> = {
  combined: 'Look at everything',
  project: 'Look at the open project only',
  global: 'Look outside of projects',
}
const MOVES = ['Up', 'Down', 'Left', 'Right', 'Page Up', 'Page Down', 'Home', 'End']

/** The field in which the person is gives what was typed, as it does when a click leads to another mode. */
function leaveFor(mode: Mode) {
  ;(document.activeElement as HTMLElement | null)?.blur()
  enterMode(mode)
}

const dropLast = () => {
  const last = chipsOf(view.value).at(-1)
  if (!last) return false
  last.drop()
}

const SHOWING = MODES.map(
  (mode, i): Command => ({
    name: `Show ${mode}`,
    keys: [`Alt+${MODE_KEYS[i]}`],
    also: 'fields',
    says: 'Show a mode; point at its button to see the key',
    when: EVERYWHERE,
    run: () => leaveFor(mode),
    line: MODE_LINES[mode],
  }),
)

const orderBy = (title: string, sort: string): Command[] => [
  {
    name: `Order by ${title}`,
    when: EVERYWHERE,
    run: () => show({ sort }),
    line: () => `loophole search${query()} --sort ${sort}`,
  },
  {
    name: `Order by ${title}, the last first`,
    when: EVERYWHERE,
    run: () => show({ sort: `-${sort}` }),
    line: () => `loophole search${query()} --sort -${sort}`,
  },
]

export const LOOKING: Command[] = [
  {
    name: 'List all commands, each with its command line',
    keys: ['Ctrl+K'],
    also: 'fields',
    when: EVERYWHERE,
    run: () => paletteOpen.set(true),
  },
  { name: 'List the keys', keys: ['?'], when: EVERYWHERE, run: () => keysOpen.set(true), line: PAGE_ONLY },
  ...SHOWING,
  {
    name: 'Go to the query line',
    keys: ['/'],
    when: EVERYWHERE,
    run: () => document.getElementById('query')?.focus(),
    line: PAGE_ONLY,
  },
  { name: 'Go to another item and play it', keys: MOVES, when: LIST, run: event => giveToList(event!) },
  {
    name: 'Go to another item, and select up to it',
    keys: MOVES.map(key => `Shift+${key}`),
    when: LIST,
    run: event => giveToList(event!),
  },
  {
    name: 'Undo the last filter',
    keys: ['Backspace'],
    says: 'Remove the last chip',
    when: ['list', 'bare'],
    run: dropLast,
    line: PAGE_ONLY,
  },
  {
    name: 'Go to the weights of likeness',
    keys: ['l'],
    when: ['list', 'bare', 'mix', 'record', 'loops', 'regions'],
    run: goToWeights,
    line: PAGE_ONLY,
  },
  ...SCOPES.map(
    (scope): Command => ({
      name: SCOPE_NAMES[scope],
      when: EVERYWHERE,
      run: () => show({ scope }),
      line: () => `loophole search${query()} --view ${scope}`,
    }),
  ),
  ...Object.values(COLUMNS).flatMap(({ title, sort }) => (sort === undefined ? [] : orderBy(title, sort))),
  {
    name: 'Save the query under a name',
    when: EVERYWHERE,
    run: () => keepQuery(view.value.query),
    line: () => `loophole search${query()} --save NAME`,
  },
  {
    name: 'Clear the query and likeness',
    when: EVERYWHERE,
    run: () => {
      heard.set(undefined)
      show({ ...START_FILTERS })
    },
    line: () => 'loophole search',
  },
  {
    name: 'Listen to a JACK port',
    when: EVERYWHERE,
    run: () => portsOpen.set(true),
    line: () => 'loophole similar --port PORT',
  },
]
