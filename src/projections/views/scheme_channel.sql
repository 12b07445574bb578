-- The channel of a contact as contact schemes name it: a call is by phone or video, the others go by their own name.
CREATE OR REPLACE MACRO scheme_channel(channel) AS CASE WHEN channel IN ('phone', 'video') THEN 'call' ELSE channel END;
