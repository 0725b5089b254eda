import Download from 'lucide-react/icons/download';
import FileUp from 'lucide-react/icons/file-up';
import Trash2 from 'lucide-react/icons/trash-2';
import { type ReactNode, useRef, useState } from 'react';
import type { ProfileView } from '../../../../core/contract/commission-views.ts';
import { BackLink } from '../../../components/BackLink.tsx';
import { Button, IconButton } from '../../../components/Button.tsx';
import { SearchField } from '../../../components/Choices.tsx';
import { Dialog } from '../../../components/Dialog.tsx';
import { EmptyNotice, ErrorNotice, ProblemNotice, Skeleton } from '../../../components/Notices.tsx';
import { saveFile } from '../../../components/save-file.ts';
import { type Problem, useCall, useQuery } from '../../../hooks/use-call.ts';
import { go, href } from '../../../hooks/use-route.ts';
import { useConsole } from '../../../stores/context.tsx';
import { add, profiles as text } from '../../../text/add-device.ts';
import { common } from '../../../text/common.ts';
import { device as words } from '../../../text/devices.ts';
import { kindOfAdapter } from './profile-place.ts';
import { useAdding } from './use-adding.ts';

const LARGEST = 1_048_576;

/** An imported template is gone for good: its file may be the only one. */
function RemoveDialog(props: { profile: ProfileView; onClose: () => void; onRemoved: () => void }): ReactNode {
  const { profile, onClose } = props;
  const { run, busy, problem } = useCall('profile.remove', {
    inline: true,
    done: text.removed(profile.name),
    onDone: () => {
      onClose();
      props.onRemoved();
    },
  });
  return (
    <Dialog
      open
      title={text.removeName(profile.name)}
      onClose={onClose}
      actions={
        <>
          <Button kind="quiet" onClick={onClose}>
            {common.cancel}
          </Button>
          <Button kind="primary" busy={busy} onClick={() => void run({ id: profile.id })}>
            {text.remove}
          </Button>
        </>
      }
    >
      <p>{text.removeBody}</p>
      {problem && <ProblemNotice problem={problem} />}
    </Dialog>
  );
}

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
  const [removing, setRemoving] = useState(false);
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
            onClick={() => setRemoving(true)}
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
      {removing && <RemoveDialog profile={profile} onClose={() => setRemoving(false)} onRemoved={props.onRemoved} />}
    </li>
  );
}

interface Importing {
  /** Name of the file that was chosen last. */
  readonly file: string;
  /** Why it cannot be used; null: nothing is known against it. */
  readonly problem: Problem | null;
  readonly busy: boolean;
  readonly read: (file: File) => Promise<void>;
}

/** Brings the file of a template: one at a time, and what is wrong with it stands there until the next one. */
function useImport(onDone: () => void): Importing {
  const { toasts } = useConsole();
  const [file, setFile] = useState('');
  const [unread, setUnread] = useState<Problem | null>(null);
  const { run, busy, problem, clear } = useCall('profile.import', {
    inline: true,
    onDone: (profile) => {
      toasts.say(text.imported(profile.name));
      onDone();
    },
  });
  async function read(chosen: File): Promise<void> {
    const unreadable: Problem = { what: text.unreadable, remedy: text.unreadableRemedy };
    setFile(chosen.name);
    setUnread(null);
    clear();
    const content = chosen.size > LARGEST ? null : await chosen.text().catch(() => null);
    if (content === null) setUnread(unreadable);
    else await run({ text: content });
  }
  return { file, problem: unread ?? problem, busy, read };
}

function ImportButton(props: { importing: Importing }): ReactNode {
  const { read, busy } = props.importing;
  const input = useRef<HTMLInputElement>(null);
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
          if (file) void read(file);
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
  const importing = useImport(reload);
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
        <ImportButton importing={importing} />
      </div>
      {importing.problem && (
        <div role="alert">
          <ErrorNotice
            what={text.notImported(importing.file)}
            meaning={importing.problem.what}
            remedy={importing.problem.remedy}
          />
        </div>
      )}
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
