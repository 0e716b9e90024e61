/** Signs that a step gets, gives or gets round rights: other users, open modes, containers, guards. */
import type { RiskEvidence } from '../../protocol/index.ts';
import { classifyPath } from '../path-access.ts';
import { hasFlag, indexSigns, makeEvidence, type RiskContext, readIndexedSigns } from './risk-context.ts';

const BECOMES_ANOTHER = /^(?:\S*\/)?(sudo|doas|su|pkexec|runuser|sg|gosu|su-exec|setpriv)\b/;

const SIGNS = indexSigns([
  {
    programs: 'doas gosu pkexec runuser su sudo',
    pattern: /^(sudo|doas|su|pkexec|runuser|gosu)\b/,
    score: 5,
    text: 'It runs as another user.',
  },
  { programs: 'su', pattern: /^su( -[cl-].*| -|)$/, score: 6, text: 'It becomes another user.' },
  {
    programs: 'chmod',
    pattern: /^chmod\b.* ([ugoa]*\+[rwxX]*[st]|[2467][0-7]{3}|[ugoa]*=[rwx]*s)\b/,
    score: 8,
    text: 'It lets a program run with the rights of its owner.',
  },
  {
    programs: 'chmod',
    pattern: /^chmod\b.* (0?777|a\+rwx|a=rwx|ugo\+rwx|o\+w|a\+w|0?666)\b/,
    score: 5,
    text: 'It opens files for everybody.',
  },
  {
    programs: 'chmod',
    pattern: /^chmod\b.*(-R|--recursive|-[a-zA-Z]*R[a-zA-Z]*)\b.*\b(0?777|a\+rwx|a=rwx|0?000|0?666)\b/,
    score: 7,
    text: 'It opens or closes a whole folder for everybody.',
  },
  {
    programs: 'capsh setcap setfacl',
    pattern: /^(setcap|capsh|setfacl -[a-zA-Z]*m)\b/,
    score: 7,
    text: 'It gives rights to a program or a file.',
  },
  {
    programs: 'setcap',
    pattern: /^setcap\b/,
    score: 8,
    text: 'It gives a program rights of the administrator.',
  },
  {
    programs: 'adduser chpasswd dscl gpasswd groupadd net passwd useradd usermod vipw visudo',
    pattern:
      /^(usermod|useradd|adduser|groupadd|gpasswd|chpasswd|passwd|visudo|vipw|dscl|net user|net localgroup)\b/,
    score: 8,
    text: 'It changes accounts of the machine.',
  },
  {
    programs: 'losetup mount pivot_root swapoff swapon umount',
    pattern: /^(mount|umount|losetup|swapoff|swapon|pivot_root)\b.+/,
    score: 6,
    text: 'It changes what is mounted.',
  },
  {
    programs: 'chroot nsenter',
    pattern: /^(nsenter|chroot)\b/,
    score: 8,
    text: 'It enters another view of the machine.',
  },
  {
    programs: 'unshare',
    pattern: /^unshare\b/,
    score: 5,
    text: 'It makes a view of the machine with rights of its own.',
  },
  {
    programs: 'bpftool insmod kexec kmod modprobe rmmod',
    pattern: /^(insmod|modprobe|rmmod|kexec|bpftool|kmod)\b/,
    score: 8,
    text: 'It changes the kernel that runs.',
  },
  {
    programs: 'sysctl',
    pattern: /^sysctl\b.*(-w\b|--write\b|\w=)/,
    score: 7,
    text: 'It changes settings of the kernel.',
  },
  {
    programs:
      'aa-complain aa-disable aa-teardown csrutil set-executionpolicy set-mppreference setenforce spctl',
    pattern:
      /^(setenforce 0|aa-disable|aa-complain|aa-teardown|spctl --master-disable|csrutil disable|set-mppreference|set-executionpolicy)\b/i,
    score: 8,
    text: 'It turns a guard of the machine off.',
  },
  {
    programs: 'firewall-cmd ip6tables iptables netsh nft pfctl ufw',
    pattern:
      /^(iptables|ip6tables|nft|ufw|firewall-cmd|pfctl|netsh)\b.*(-F\b|flush|disable|reset|-P \w+ ACCEPT|delete|allow|--remove)/,
    score: 7,
    text: 'It changes the firewall of the machine.',
  },
  {
    programs: 'gdb lldb ltrace reptyr strace',
    pattern: /^(gdb|strace|ltrace|lldb|reptyr)\b.*(-p|--pid|--attach)/,
    score: 5,
    text: 'It reads or changes another process.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create|exec)\b.*--privileged\b/,
    score: 8,
    text: 'It starts a container with every right of the machine.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern:
      /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create)\b.*(-v|--volume|--mount)[= ]?\S*(^|[ =,])\/(etc|root|var|home|usr|boot|proc|sys|dev)?(:|,)/,
    score: 8,
    text: 'It gives a container a folder of the system.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create)\b.*(-v|--volume)[= ]?["']?\/:/,
    score: 9,
    text: 'It gives a container the whole file system.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create)\b.*docker\.sock\b/,
    score: 8,
    text: 'It gives a container the socket that starts containers.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern:
      /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create)\b.*--(pid|ipc|uts|userns|cap-add|security-opt)[= ]?(host|ALL|SYS_ADMIN|SYS_PTRACE|NET_ADMIN|(seccomp|apparmor)[=:]unconfined)/,
    score: 8,
    text: 'It starts a container with rights of the machine.',
  },
  {
    programs: 'docker nerdctl podman',
    pattern: /^(docker|podman|nerdctl) (-\S+ )*(container )?(run|create)\b.*--net(work)?[= ]host\b/,
    score: 4,
    text: 'It gives a container the network of the machine.',
  },
  {
    programs: 'kubectl',
    pattern: /^kubectl\b.*\bcreate (clusterrolebinding|clusterrole|rolebinding)\b/,
    score: 8,
    text: 'It gives rights in a cluster.',
  },
  {
    programs: 'aws',
    pattern: /^aws (.* )?iam (attach|put|create|add|update|delete)-[a-z-]+/,
    score: 8,
    text: 'It changes who may do what in an account.',
  },
  {
    programs: 'az gcloud',
    pattern: /^(gcloud|az)\b.*\b(add-iam-policy-binding|set-iam-policy|role assignment create)\b/,
    score: 8,
    text: 'It changes who may do what in an account.',
  },
  {
    programs: 'sallyport',
    pattern: /^sallyport (.* )?(approvals (allow|reject)|grants|config (trust|set)|rules|session set)\b/,
    score: 9,
    text: 'It tries to answer the questions that are asked about it.',
  },
  {
    pattern: /\s--(dangerously-[a-z-]+|yolo|no-sandbox-approval|allow-dangerously-[a-z-]+|trust-all-tools)\b/,
    score: 8,
    text: 'It starts a program with its safeguards turned off.',
  },
  {
    programs: 'git',
    pattern: /^git\b.* -c core\.(hookspath|fsmonitor|sshcommand|pager|editor)=\S*/i,
    score: 5,
    text: 'It changes for one command which programs git runs.',
  },
  {
    programs: 'git',
    pattern: /^git (-\S+(?: \S+)? )*(commit|push|merge|rebase|am)\b.*--no-verify\b/,
    score: 4,
    text: 'It skips the checks of the repository.',
  },
  {
    programs: 'pip python uv',
    pattern: /^(pip|pip3|python3? -m pip|uv pip) (.* )?--break-system-packages\b/,
    score: 4,
    text: 'It changes the packages of the machine.',
  },
  {
    programs: 'npm pnpm yarn',
    pattern:
      /^(npm|pnpm|yarn) (.* )?config set (.* )?(ignore-scripts|strict-ssl|registry|unsafe-perm|prefix)\b/,
    score: 5,
    text: 'It changes where packages come from or what they may do.',
  },
  {
    programs: 'git',
    pattern:
      /^git config (.* )?(--global|--system)\b.*\b(core\.(hookspath|sshcommand|fsmonitor|pager)|credential\.helper|safe\.directory|http\.sslverify|alias\.\S+|url\..*insteadof)/i,
    score: 7,
    text: 'It changes which programs git runs for every repository.',
  },
]);

const MACHINE_SHELL = /^(?:\S*\/)?(chroot|nsenter|unshare)\b/;

function findWrappers(context: RiskContext): RiskEvidence[] {
  return context.step.wrappers.flatMap((wrapper) => {
    if (BECOMES_ANOTHER.test(wrapper))
      return [makeEvidence('escalates', 5, 'It runs as another user.', wrapper)];
    return MACHINE_SHELL.test(wrapper)
      ? [makeEvidence('escalates', 6, 'It runs in another view of the machine.', wrapper)]
      : [];
  });
}

/** A change of owner or mode counts more outside the workspace, as does one that reaches a whole folder. */
function findOwnerChange(context: RiskContext): RiskEvidence[] {
  if (!/^(chown|chgrp|chmod)$/.test(context.name)) return [];
  const isDeep = hasFlag(context, 'R', '--recursive');
  const outside = context.facts.paths.filter(
    (fact) =>
      fact.use === 'write' && fact.real !== null && classifyPath(fact.real, context.snapshot) === 'outside',
  );
  const isUnknown = context.args.some((word) => word.value === undefined && /^"?[$`]/.test(word.text));
  if (outside.length > 0) {
    return [
      makeEvidence(
        'escalates',
        isDeep ? 8 : 6,
        'It changes owner or mode of files outside the workspace.',
        outside[0]?.text,
      ),
    ];
  }
  if (context.name === 'chmod') return [];
  return [
    makeEvidence(
      'escalates',
      isDeep && isUnknown ? 7 : isDeep ? 5 : 4,
      'It changes who owns files.',
      context.step.text,
    ),
  ];
}

const SYSTEM_FILES =
  /^\/(etc\/(sudoers|passwd|shadow|group|pam\.d|ld\.so|security|ssh|cron|profile|environment|systemd)|(usr\/)?lib\/systemd|boot\/)/;

function findSystemWrites(context: RiskContext): RiskEvidence[] {
  const isWriting = (use: string) => use === 'write' || use === 'delete';
  return context.facts.paths
    .filter((fact) => isWriting(fact.use) && SYSTEM_FILES.test(fact.real ?? fact.text))
    .slice(0, 2)
    .map((fact) =>
      makeEvidence('escalates', 9, 'It changes files that decide what users and services may do.', fact.text),
    );
}

/** Evidence that the step gets, gives or gets round rights. */
export function findEscalation(context: RiskContext): RiskEvidence[] {
  return [
    ...readIndexedSigns(context, SIGNS, 'escalates'),
    ...findWrappers(context),
    ...findOwnerChange(context),
    ...findSystemWrites(context),
  ];
}
