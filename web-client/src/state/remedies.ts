// What is wrong with a circle, and what this person can do about it. Pure.
import type { CircleView, MemberView, Trouble } from '../core/types.gen';

export type Remedy =
  /** It mends itself. */
  | { kind: 'none' }
  /** Staff may begin the group anew; others wait for them. */
  | { kind: 'begin_anew' }
  | { kind: 'told' }
  /** Leave the group behind and come back in. */
  | { kind: 'come_back' }
  /** Say whose new keys are theirs. */
  | { kind: 'vouch'; members: MemberView[] };

export function remedy(circle: CircleView, trouble: Trouble, staff: boolean): Remedy {
  switch (trouble) {
    case 'rejoining':
    case 'old_copy':
    case 'clock':
      return { kind: 'none' };
    case 'needs_reset':
    case 'recovering':
      return { kind: staff ? 'begin_anew' : 'told' };
    case 'security_stop':
      return { kind: 'come_back' };
    case 'new_key':
      return { kind: 'vouch', members: circle.members.filter(({ new_key, me }) => new_key && !me) };
  }
}

/** Whether messages written now would be kept here for a circle that mends. */
export function takesMessages(circle: CircleView): boolean {
  return circle.phase === 'ready' && circle.trouble !== 'security_stop';
}
