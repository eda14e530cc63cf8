"""Questions as data (domain S16.2, S11.11): what is asked, when it is asked, what may be answered, and what that scores."""
