// A dialog that lies over the page while it is open.
import { useLayoutEffect, useRef } from 'preact/hooks'

/** The dialog, which is open while `open` is not empty. `onOpen` is called when it opens, before the next key. */
export function useModal(open: unknown, onOpen?: () => void) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    if (open) {
      dialog.current?.showModal()
      onOpen?.()
    } else dialog.current?.close()
  }, [open])
  return dialog
}
