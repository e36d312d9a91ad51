// A checkbox with its text.
import type { ComponentChildren } from 'preact'

interface Props {
  on: boolean
  put: (on: boolean) => void
  disabled?: boolean
  children: ComponentChildren
}

export const Check = ({ on, put, disabled, children }: Props) => (
  <label>
    <input type="checkbox" checked={on} disabled={disabled} onChange={event => put(event.currentTarget.checked)} />{' '}
    {children}
  </label>
)
