// Which of the two dialogues of commands is open.
import { Cell } from '../base/cell'

export const paletteOpen = new Cell(false)
export const keysOpen = new Cell(false)
