// The items that a view has on the screen.
import { useEffect } from 'preact/hooks'
import { useCell } from '../base/cell'
import { row, settleRow } from './list'
import { arrived, look, result } from './result'

/** Loads the items from `first` to `last`; calls `reveal` when another row becomes the current one. Returns that row;
 * -1: none. */
export function useItemsShown(first: number, last: number, reveal: (row: number) => void): number {
  const total = useCell(result, of => of.total)
  const at = useCell(row)
  useCell(arrived)
  useEffect(() => {
    look(first, Math.max(first, last))
  }, [first, last, total])
  useEffect(settleRow)
  useEffect(() => {
    if (at >= 0) reveal(at)
  }, [at])
  return at
}
