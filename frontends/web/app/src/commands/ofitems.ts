// Commands about the chosen items. A person sees which items they are.
import { fetchChosen } from '../items/away'
import { addToBasket, download, reveal } from '../items/basket'
import { DIRECTIONS, turn } from '../query/directions'
import { colour, COLOURS, favourite, hide, rate } from '../items/edits'
import { markRegion } from '../sound/hear'
import {
  atNow,
  chosen,
  endSelection,
  hearNow,
  lessLike,
  moreLike,
  playOrStop,
  selectAll,
  toggleSelected,
} from '../items/list'
import { complain, view } from '../base/state'
import { LIST, PAGE_ONLY, type Command } from './command'
import { ids, one, query } from './lines'

const marked = (edge: 'from' | 'end') => {
  const of = atNow()
  if (of) markRegion(of, edge)
}
const alike = (like: string[], unlike: string[]) =>
  `loophole similar --like ${like.join() || 'ID'}${unlike.length ? ` --unlike ${unlike.join()}` : ''}` +
  (view.value.query ? ` --in${query()}` : '')
const further = DIRECTIONS.flatMap(of =>
  ([-1, 1] as const).map(side => ({
    name: `Like this, but ${side > 0 ? of.more : of.less}`,
    run: () => turn(of, side),
    line: () => `loophole similar ${one()} ${of.option(side)}`,
  })),
)
const rated = (stars: number) => () => rate(chosen(), stars)

const COMMANDS: Omit<Command, 'when'>[] = [
  {
    name: 'Play',
    keys: ['Enter'],
    says: 'Play the item again',
    run: () => hearNow().catch(complain),
    line: () => `loophole preview ${one()}`,
  },
  { name: 'Play the item, or stop it', keys: ['Space'], run: playOrStop },
  {
    name: 'Repeat from the playback position on',
    keys: ['['],
    run: () => marked('from'),
    line: () => `loophole preview ${one()} --loop --from SECONDS`,
  },
  {
    name: 'Repeat up to the playback position',
    keys: [']'],
    run: () => marked('end'),
    line: () => `loophole preview ${one()} --loop --until SECONDS`,
  },
  {
    name: 'Select or unselect',
    keys: ['x'],
    says: 'Select or unselect the item',
    run: () => {
      if (view.value.at) toggleSelected(view.value.at)
    },
    line: PAGE_ONLY,
  },
  {
    name: 'Select all',
    keys: ['Ctrl+A'],
    says: 'Select all items, up to 4,096',
    run: selectAll,
    line: () => `loophole tag ${query().trim() || "''"} --all +TAG`,
  },
  { name: 'Clear the selection', run: endSelection, line: PAGE_ONLY },
  {
    name: 'More like this',
    keys: ['s'],
    run: moreLike,
    line: () => alike([...view.value.like, ...chosen()], view.value.unlike),
  },
  {
    name: 'Less like this',
    keys: ['d'],
    run: lessLike,
    line: () => alike(view.value.like, [...view.value.unlike, one()]),
  },
  ...further,
  {
    name: 'Favourite',
    keys: ['f'],
    says: 'Favourite, or not',
    run: event => favourite(chosen(), !event || !atNow()?.media.favourite),
    line: () => `loophole favourite ${ids()}`,
  },
  { name: 'Not favourite', run: () => favourite(chosen(), false), line: () => `loophole favourite ${ids()} --off` },
  {
    name: 'Hide',
    keys: ['h'],
    says: 'Hide, or show again',
    run: event => hide(chosen(), !event || !atNow()?.media.hidden),
    line: () => `loophole hide ${ids()}`,
  },
  { name: 'Show again what is hidden', run: () => hide(chosen(), false), line: () => `loophole hide ${ids()} --off` },
  {
    name: 'Tag',
    keys: ['t'],
    says: 'Add a tag',
    run: () => document.getElementById('addtag')?.focus(),
    line: () => `loophole tag ${ids()} +TAG`,
  },
  ...[1, 2, 3, 4, 5].map(stars => ({
    name: `Rate ${stars} of 5`,
    keys: [String(stars)],
    says: 'Rate',
    run: rated(stars),
    line: () => `loophole rate ${ids()} ${stars}`,
  })),
  { name: 'Take the rating back', keys: ['0'], run: rated(0), line: () => `loophole rate ${ids()} 0` },
  ...COLOURS.map(name => ({
    name: `Colour ${name}`,
    run: () => colour(chosen(), name),
    line: () => `loophole colour ${ids()} ${name}`,
  })),
  { name: 'No colour', run: () => colour(chosen(), ''), line: () => `loophole colour ${ids()} none` },
  { name: 'Put into the basket', keys: ['b'], run: addToBasket, line: () => `loophole basket add ${ids()}` },
  { name: 'Show the file in the file manager', run: reveal, line: () => `loophole reveal ${one()}` },
  { name: 'Fetch from the cloud', run: fetchChosen, line: () => `loophole fetch ${ids()}` },
  { name: 'Download the chosen items', run: download, line: () => `loophole send ${ids()} DIR` },
]

export const OF_ITEMS: Command[] = COMMANDS.map(command => ({ ...command, when: LIST }))
