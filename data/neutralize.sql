-- A copy of a production database must not touch the real account.
UPDATE axivox_account
   SET mode = 'manual', base_url = NULL, stored_token = NULL, connected_to = NULL;
UPDATE axivox_sync
   SET state = 'failed'
 WHERE state IN ('waiting', 'running', 'asked');
