// The head of a table whose lines end with what changes them.
export const TableHead = ({ of }: { of: string[] }) => (
  <thead>
    <tr>
      {of.map(title => (
        <th key={title}>{title}</th>
      ))}
      <th>
        <span class="unseen">Actions</span>
      </th>
    </tr>
  </thead>
)
