// A form that names a project.
import { useState } from 'preact/hooks'
import { Input } from '../base/labelled'
import { complain, say } from '../base/state'

interface ProjectNameProps {
  label: string
  action: string
  give: (name: string) => Promise<string> // returns what is done
  again: () => void
}

/** If `give` fails the name stays. */
export function ProjectName({ label, action, give, again }: ProjectNameProps) {
  const [name, setName] = useState('')
  const submit = (event: Event) => {
    event.preventDefault()
    const done = give(name.trim()).then(said => {
      setName('')
      say(said)
    })
    done.catch(complain).then(again)
  }
  return (
    <form class="buttons" onSubmit={submit}>
      <Input label={label} value={name} maxLength={80} put={setName} />
      <button disabled={!name.trim()}>{action}</button>
    </form>
  )
}
