import type { MachineFacts } from './machine-facts.ts';

/** Why namespaces or mounts were refused. */
export interface Refusal {
  /** A sentence with a space in front, or nothing. */
  readonly cause: string;
  /** Ways out, the best first. */
  readonly repairs: readonly string[];
}

/** What namespaces and mounts are called by those who could not make them. */
const ABOUT_NAMESPACES =
  /namespace|userns|unshare|setns|clone|mount|pivot_root|uid.?map|gid.?map|setgroups|loopback|RTM_NEWADDR|operation not permitted|permission denied/i;

type Facts = Pick<
  MachineFacts,
  'switches' | 'profiles' | 'container' | 'helper' | 'bubblewrap' | 'isRoot' | 'kernelText'
>;

/**
 * The switch that is to blame for what was said, and how to turn it, the way that weakens the machine least first.
 * @param words what the failing part said
 */
export function explainRefusal(facts: Facts, words: string): Refusal {
  if (!ABOUT_NAMESPACES.test(words)) return { cause: '', repairs: [facts.helper.hint || UNKNOWN] };
  const { apparmorRestricts, unprivilegedClone, maxUserNamespaces } = facts.switches;
  // In a container these switches are the host's, and its own rules come first.
  if (facts.container !== null) return inContainer(facts.container);
  if (apparmorRestricts === '1' && !facts.isRoot) return byApparmor(facts);
  if (unprivilegedClone === '0' && !facts.isRoot) {
    return {
      cause: ' This kernel keeps ordinary users from making user namespaces.',
      repairs: ['sudo sysctl -w kernel.unprivileged_userns_clone=1 (to keep it: a file in /etc/sysctl.d)'],
    };
  }
  if (maxUserNamespaces === '0') {
    return {
      cause: ' User namespaces are switched off.',
      repairs: ['sudo sysctl -w user.max_user_namespaces=15000 (to keep it: a file in /etc/sysctl.d)'],
    };
  }
  return { cause: '', repairs: [UNKNOWN] };
}

const UNKNOWN = 'No switch that is known here explains it; nothing is ever run without the wall.';

function byApparmor({ profiles, helper }: Facts): Refusal {
  const repairs: string[] = [];
  if (!profiles.bubblewrap) {
    repairs.push(
      'sudo apt install apparmor-profiles && sudo ln -s /usr/share/apparmor/extra-profiles/bwrap-userns-restrict ' +
        '/etc/apparmor.d/ && sudo apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict',
    );
  }
  if (!profiles.helper && helper.path !== '') {
    const profile = `abi <abi/4.0>,\\nprofile sallyport "${helper.path}" flags=(unconfined) { userns, }\\n`;
    repairs.push(
      `and for our own helper: printf '${profile.replaceAll("'", `'\\''`)}' | sudo tee /etc/apparmor.d/sallyport && ` +
        'sudo apparmor_parser -r /etc/apparmor.d/sallyport',
    );
  }
  repairs.push(
    'last, and it weakens the whole machine: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  );
  const known = profiles.bubblewrap ? ' although bwrap has a profile' : '';
  return { cause: ` AppArmor keeps ordinary programs from making user namespaces${known}.`, repairs };
}

function inContainer({ kind, sign }: NonNullable<MachineFacts['container']>): Refusal {
  const cause = ` The container that this runs in (${sign}) does not allow namespaces or mounts.`;
  if (kind === 'podman') {
    const options =
      '--security-opt seccomp=unconfined --security-opt unmask=ALL --security-opt label=disable';
    return { cause, repairs: [`Start the container with: ${options}`] };
  }
  const options =
    '--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined';
  return { cause, repairs: [`Start the container with: ${options}`] };
}
