"""Fills a table and a set of posters from the listings of Jikan (MyAnimeList) and AniList, politely."""
