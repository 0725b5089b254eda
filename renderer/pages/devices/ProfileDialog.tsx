import { type ReactNode, useState } from 'react';
import type { DeviceView } from '../../../core/contract/views.ts';
import { Button } from '../../components/Button.tsx';
import { TextField } from '../../components/Choices.tsx';
import { Dialog } from '../../components/Dialog.tsx';
import { ProblemNotice } from '../../components/Notices.tsx';
import { saveFile } from '../../components/save-file.ts';
import { useCall } from '../../hooks/use-call.ts';
import { useConsole } from '../../stores/context.tsx';
import { profiles as text } from '../../text/add-device.ts';
import { common } from '../../text/common.ts';
import { idFrom } from './add/draft.ts';

/** Makes a template of a running device and saves it as a file. */
export function ProfileDialog(props: { device: DeviceView; onClose: () => void }): ReactNode {
  const { device } = props;
  const { toasts } = useConsole();
  const [name, setName] = useState(device.name);
  const [maker, setMaker] = useState('');
  const [model, setModel] = useState('');
  const [source, setSource] = useState('');
  const id = idFrom(`${maker} ${model}`, []);
  const { run, busy, problem } = useCall('profile.make', {
    inline: true,
    onDone: (made) => {
      saveFile(`${id}.json`, made.text, 'application/json');
      toasts.say(text.made(`${id}.json`));
      props.onClose();
    },
  });
  const fields = { name: name.trim(), maker: maker.trim(), model: model.trim(), source: source.trim() };
  const isReady = Object.values(fields).every((one) => one !== '');
  return (
    <Dialog
      open
      title={text.makeTitle(device.name)}
      onClose={props.onClose}
      actions={
        <>
          <Button kind="quiet" onClick={props.onClose}>
            {common.cancel}
          </Button>
          <Button kind="primary" busy={busy} disabled={!isReady} onClick={() => void run({ device: device.id, id, ...fields })}>
            {text.makeAction}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p>{text.makeBody}</p>
        <TextField id="profile-name" label={text.makeName} value={name} onChange={(value) => setName(value.slice(0, 80))} />
        <TextField id="profile-maker" label={text.makeMaker} value={maker} onChange={(value) => setMaker(value.slice(0, 80))} />
        <TextField id="profile-model" label={text.makeModel} value={model} onChange={(value) => setModel(value.slice(0, 80))} />
        <TextField
          id="profile-source"
          label={text.makeSource}
          value={source}
          onChange={(value) => setSource(value.slice(0, 300))}
          hint={isReady ? text.makeSourceHint : text.need}
        />
        {problem && <ProblemNotice problem={problem} />}
      </div>
    </Dialog>
  );
}
