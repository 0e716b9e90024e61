import { useEffect } from 'react';
import { renameCard, useLocal, usePage } from '../local/index.ts';

/** Keeps the address at the card that is shown, however it came to be shown, where it names a card at all. */
export function useCardAddress(): void {
  const page = usePage();
  const openId = useLocal((ui) => ui.openApprovalId);
  useEffect(() => {
    if (openId !== undefined) renameCard(page, openId);
  }, [page, openId]);
}
