-- Whether a meeting was created or answered within the days of the email activity report; NULL where it does not say.
ALTER TABLE email_use ADD COLUMN meetings INTEGER;
