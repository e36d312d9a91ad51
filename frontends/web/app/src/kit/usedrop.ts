// A place for a sound that is dragged from a list.
import { useState } from 'preact/hooks'
import { DRAGGED } from './kits'

/** Whether a sound is dragged over the place, and the events that it needs. `put` gets the id of its item. */
export function useDrop(put: (id: string) => void) {
  const [over, setOver] = useState(false)
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes(DRAGGED)) return
    event.preventDefault()
    setOver(true)
  }
  const onDragLeave = () => setOver(false)
  const onDrop = (event: DragEvent) => {
    const id = event.dataTransfer?.getData(DRAGGED)
    setOver(false)
    if (!id) return
    event.preventDefault()
    put(id)
  }
  return { over, drops: { onDragOver, onDragLeave, onDrop } }
}
