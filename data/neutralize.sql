-- A copy of a production database must not touch the real account.
UPDATE axivox_account
   SET mode = 'manual', base_url = NULL, stored_token = NULL, connected_to = NULL,
       theirs = NULL, check_failure = NULL;
DELETE FROM mail_tracking_value
 USING ir_model_fields
 WHERE ir_model_fields.id = field_id AND model = 'axivox.account' AND name = 'base_url';
UPDATE axivox_sync
   SET state = 'failed'
 WHERE state IN ('pending', 'running', 'asked');
DELETE FROM axivox_connect;
