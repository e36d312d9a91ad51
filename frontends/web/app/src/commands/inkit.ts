// What the mode Kit offers to the palette: its own buttons, reached without the way to them.
import { nameFor } from '../base/naming'
import { complain } from '../base/state'
import { reportSaid } from '../sound/silent'
import { ask } from '../connection/wire'
import { KIT, type Command } from './command'
import { one } from './lines'

const press = (name: string) => () => document.querySelector<HTMLElement>(`main.kit [aria-label="${name}"]`)?.click()
const SLOTS = Array.from({ length: 16 }, (_, i) => i + 1)

async function saveInSlot() {
  const slot = await nameFor('Which slot, from 1 to 128?')
  if (slot) reportSaid(ask('project.save_pattern', { project: '', slot, file: '', name: '' }, 20000)).catch(complain)
}

const launch = (slot: number) =>
  reportSaid(ask('project.load_pattern', { project: '', slot: String(slot), immediate: false }, 20000))

const COMMANDS: Omit<Command, 'when'>[] = [
  {
    name: 'Fill the pads with the chosen items',
    run: press('Fill with the chosen items'),
    line: () => `loophole pads set 0 sound=${one()}`,
  },
  {
    name: 'Add a row with the chosen item',
    run: press('Add a row with the chosen item'),
    line: () => 'loophole pattern FILE',
  },
  {
    name: 'Go to the steps',
    run: () => document.querySelector<HTMLElement>('.patterngrid .step')?.focus(),
    line: () => 'loophole pattern rows',
  },
  { name: 'Save the playing pattern in a slot', run: saveInSlot, line: () => 'loophole pattern save SLOT' },
  ...SLOTS.map(slot => ({
    name: `Launch slot ${slot}`,
    run: () => launch(slot),
    line: () => `loophole pattern load ${slot}`,
  })),
]

export const IN_KIT: Command[] = COMMANDS.map(command => ({ ...command, when: KIT }))
