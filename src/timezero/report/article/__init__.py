"""The plain-language page of an audit: its words and its pictures, for people who are ill."""
