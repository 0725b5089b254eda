import Download from 'lucide-react/icons/download';
import FileUp from 'lucide-react/icons/file-up';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ReactNode, useRef, useState } from 'react';
import type { ProfileView } from '../../../../core/contract/commission-views.ts';
import { BackLink } from '../../../components/BackLink.tsx';
import { Button, IconButton } from '../../../components/Button.tsx';
import { SearchField } from '../../../components/Choices.tsx';
import { EmptyNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { useCall, useQuery } from '../../../hooks/use-call.ts';
import { go, href } from '../../../hooks/use-route.ts';
import { useConsole } from '../../../stores/context.tsx';
import { add, profiles as text } from '../../../text/add-device.ts';
import { device as words } from '../../../text/devices.ts';
import { kindOfAdapter } from './profile-place.ts';
import { useAdding } from './use-adding.ts';

const LARGEST = 1_048_576;

function ProfileRow(props: { profile: ProfileView; onRemoved: () => void }): ReactNode {
  const { profile } = props;
  const { book } = useAdding();
  const { toasts } = useConsole();
  const save = useCall('profile.get', {
    onDone: ({ text: content }) => {
      saveFile(`${profile.id}.json`, content, 'application/json');
      toasts.say(text.made(profile.name));
    },
  });
  const remove = useCall('profile.remove', { done: text.removed(profile.name), onDone: props.onRemoved });
  const kind = kindOfAdapter(profile.adapter);
  return (
    <li className="profile">
      <div className="grow profile-what">
        <h3>{profile.name}</h3>
        <p className="small muted">
          {profile.maker} · {profile.models.join(', ')} · {words.adapters[profile.adapter] ?? profile.adapter} ·{' '}
          {text.points(profile.points)} · {profile.shipped ? text.shipped : text.own}
        </p>
        <p className="small muted">
          {text.source}: {profile.source}
        </p>
      </div>
      <div className="row">
        {!profile.shipped && (
          <IconButton
            icon={<Trash2 size={18} aria-hidden="true" />}
            label={text.removeName(profile.name)}
            busy={remove.busy}
            onClick={() => void remove.run({ id: profile.id })}
          />
        )}
        <IconButton
          icon={<Download size={18} aria-hidden="true" />}
          label={text.exportName(profile.name)}
          busy={save.busy}
          onClick={() => void save.run({ id: profile.id })}
        />
        {kind === null ? (
          <span className="small muted">{text.whenHeard}</span>
        ) : (
          <Button
            kind="primary"
            aria-label={text.chooseName(profile.name)}
            onClick={() => {
              book.begin({ title: profile.name, adapter: profile.adapter, profile: profile.id });
              go('devices', 'add', 'where', kind);
            }}
          >
            {text.use}
          </Button>
        )}
      </div>
    </li>
  );
}

function Import(props: { onDone: () => void }): ReactNode {
  const { toasts } = useConsole();
  const input = useRef<HTMLInputElement>(null);
  const { run, busy } = useCall('profile.import', {
    onDone: (profile) => {
      toasts.say(text.imported(profile.name));
      props.onDone();
    },
  });
  async function read(file: File): Promise<void> {
    if (file.size > LARGEST) toasts.fail(text.unreadable, text.unreadableRemedy);
    else await run({ text: await file.text() });
  }
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept="application/json,.json"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) read(file).catch(() => toasts.fail(text.unreadable, text.unreadableRemedy));
        }}
      />
      <Button busy={busy} icon={<FileUp size={18} aria-hidden="true" />} onClick={() => input.current?.click()}>
        {text.import}
      </Button>
    </>
  );
}

function fits(profile: ProfileView, search: string): boolean {
  const all = `${profile.name} ${profile.maker} ${profile.models.join(' ')} ${profile.kind} ${profile.adapter}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The templates: to begin a device with one, to bring one, to take one away. */
export function ProfilePage(): ReactNode {
  const { data, problem, reload } = useQuery('profile.list', {});
  const [search, setSearch] = useState('');
  const shown = (data ?? []).filter((one) => fits(one, search));
  return (
    <div className="page">
      <div className="page-head">
        <BackLink href={href('devices', 'add')} label={add.title} />
        <h1>{text.title}</h1>
        <div className="grow profile-search">
          <SearchField label={text.search} value={search} onChange={setSearch} />
        </div>
        <Import onDone={reload} />
      </div>
      <section className="sheet">
        {problem && !data ? (
          <ProblemNotice problem={problem} />
        ) : !data ? (
          <Skeleton rows={6} />
        ) : shown.length === 0 ? (
          <EmptyNotice title={text.none} body={text.noneBody} />
        ) : (
          <ul className="profiles">
            {shown.map((profile) => (
              <ProfileRow key={profile.id} profile={profile} onRemoved={reload} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}
